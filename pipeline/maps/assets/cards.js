"use strict";
// Build the card of a compound, gate or facility, and what cards share.

const CARD_CLASSES = ["kindergarten", "elderly_station"];

function tile(label, value) {
  return h("div", { class: "tile" }, h("span", { class: "note" }, label), h("b", {}, value));
}

function pill(kind, text) {
  return h("span", { class: `pill ${kind}` }, text);
}

function link(text, action) {
  return h("button", { type: "button", class: "link", click: action }, text);
}

function section(key, ...content) {
  return h("section", {}, h("h3", {}, word(key)), ...content);
}

function interval([, low, high]) {
  return low === null || high === null ? "" : `（${Math.round(low)}–${Math.round(high)}）`;
}

function indicatorLine([id, value, low, high, points, evidence, note]) {
  const [label, unit, target, clause, source] = page.indicators[id];
  const known = value === null ? word("unknown") : `${figure(value)} ${unit}`;
  const range = low !== null && high !== null && low !== high ? ` (${figure(low)}–${figure(high)})` : "";
  return h(
    "li", {},
    h("details", {},
      h("summary", {}, h("span", {}, `${id} ${say(label)}`), h("b", {}, points === null ? word("unknown") : whole(points))),
      h("p", { class: "note" },
        `${known}${range} · ${word("target")} ${target} ${unit} · ${word("evidence_share")} ${percent(evidence)}`),
      note ? h("p", { class: "note" }, note) : "",
      h("p", { class: "note" }, `${word("clause")} ${clause} · ${word("source")} ${source}`)),
  );
}

// Lists that begin with a rule, in the catalogue's order.
function inOrder(list) {
  const order = Object.keys(page.rules);
  return list.sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
}

function limitsSection() {
  return h("section", { class: "limits" }, h("details", {}, h("summary", {}, word("limits")),
    h("ul", {}, [1, 2, 3, 4, 5, 6].map((i) => h("li", {}, word(`limit_${i}`))))));
}

function compoundCard(i) {
  const compound = page.compounds[i];
  const units = page.units.map((unit, u) => [unit, u]).filter(([unit]) => unit.compounds.includes(i));
  return [
    h("p", { class: "kicker" }, [word("card_compound"), say(compound.subdistrict)].filter(Boolean).join(" · ")),
    h("h2", {}, say(compound.name)),
    h("div", { class: "tiles" }, tile(word("residents"), people(compound.people)),
      ...CARD_CLASSES.filter((name) => compound.reach[name]).map((name) =>
        tile(word("within_10", { name: say(page.classes[name]) }), percentRange(compound.reach[name])))),
    h("p", {}, units.map(([unit, u]) => [
      word(unit.kind === "committee" ? "in_committee" : "in_unit"), " ", link(say(unit.name), () => select("unit", u)), h("br"),
    ])),
    compound.rules.length ? section("rules", h("ul", { class: "rules" }, inOrder(compound.rules).map(([rule, result, ...reason]) => h(
      "li", {}, resultSign(result), h("span", {}, ruleName(rule), h("span", { class: "note" }, ` ${say(reason)} `), clauseLink(rule)),
    )))) : "",
    gainsSection("if_all_opened", page.gains[compound.compound_id]),
    reachSection(compound.reach),
    limitsSection(),
  ];
}

// What opening a gate, or all gates of a compound, would bring.
function gainsSection(title, gains) {
  if (!gains) return "";
  const head = ["opened_class", "opened_gained", "opened_nearer", "opened_saved"];
  return section(title, h("table", { class: "gains" },
    h("tr", {}, head.map((key) => h("th", { scope: "col", class: "note" }, word(key)))),
    gains.map(([name, gained, nearer, saved]) => h("tr", {}, h("th", { scope: "row" }, say(page.classes[name])),
      h("td", {}, h("b", {}, people(gained))), h("td", {}, people(nearer)), h("td", {}, word("minutes", { n: saved.toFixed(1) }))))));
}

function gateName(i) {
  const [mark, , , , , , number, compound] = page.gates[i];
  const name = compound < 0 ? word("gate_plain") : say(page.compounds[compound].name);
  return number || mark !== "gate_blocked" ? word("name_gate", { compound: name, number }) : word("name_wall", { compound: name });
}

function gateCard(i) {
  const [mark, inferred, hours, , , id, number, compound] = page.gates[i];
  const shut = !["gate_public", "gate_unknown"].includes(mark);
  return [
    h("p", { class: "kicker" }, word(number || mark !== "gate_blocked" ? "card_gate" : "card_wall")),
    h("h2", {}, gateName(i)),
    h("p", {}, [word(mark), inferred ? word("gate_inferred") : "", hours ? `${word("gate_hours")} ${hours}` : ""].filter(Boolean).join(" · ")),
    compound < 0 ? "" : h("p", {}, word("in_compound"), " ", link(say(page.compounds[compound].name), () => select("compound", compound))),
    page.gains[id] ? gainsSection("if_opened", page.gains[id])
      : section("if_opened", h("p", {}, word(shut ? "opened_nobody" : "opened_not_tried"))),
    limitsSection(),
  ];
}

function facilityCard(i) {
  const [name, label, , , places] = page.facilities[i];
  return [
    h("p", { class: "kicker" }, [word("card_facility"), say(page.classes[name])].join(" · ")),
    h("h2", {}, say(label) || say(page.classes[name])),
    h("div", { class: "tiles" }, tile(word("places"), places === null ? word("unknown") : people(places))),
    limitsSection(),
  ];
}

const CARDS = { unit: unitCard, compound: compoundCard, address: addressCard, facility: facilityCard, gate: gateCard };
