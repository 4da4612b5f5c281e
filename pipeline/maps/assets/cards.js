"use strict";
// Build the card of a unit, compound, address or facility.

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

function unitCard(i) {
  const unit = page.units[i];
  const kind = unit.kind === "committee" ? word("card_committee")
    : unit.rank === null ? word("card_unranked") : word("card_candidate", { rank: unit.rank });
  const head = [kind, unit.pilot_type && word(`type_${unit.pilot_type}`), say(unit.subdistrict)].filter(Boolean);
  return [
    h("p", { class: "kicker" }, head.join(" · ")),
    h("h2", {}, say(unit.name)),
    h("p", { class: "pills" }, sizePill(unit), unit.eligible ? pill(unit.eligible, word(`result_${unit.eligible}`)) : ""),
    say(unit.unranked) ? h("p", { class: "warning" }, say(unit.unranked)) : "",
    h(
      "div", { class: "tiles" },
      tile(word("residents"), people(unit.people[0])),
      tile(word("interval"), `${people(unit.people[1])}–${people(unit.people[2])}`),
      ...CARD_CLASSES.filter((name) => unit.reach[name]).map((name) =>
        tile(word("within_10", { name: say(page.classes[name]) }), percentRange(unit.reach[name]))),
    ),
    sizeNote(unit),
    unit.score[1] === null ? "" : scenarioSection(unit),
    say(unit.reasons) ? section("why", h("p", {}, say(unit.reasons))) : "",
    papersSection(unit),
    rulesSection(unit),
    reachSection(unit.reach),
    unit.compounds.length ? section("members", h("p", { class: "names" }, unit.compounds.map((c) => [
      link(say(page.compounds[c].name), () => select("compound", c)), " ",
    ]))) : "",
    limitsSection(),
  ];
}

function sizePill(unit) {
  const size = unit.near_miss ? "near_miss" : unit.size_result;
  return pill(`size-${size}`, word(`size_${size}`));
}

function sizeNote(unit) {
  const notes = [say(unit.size_reason), unit.connected ? "" : word("not_connected")];
  return h("p", { class: "note" }, notes.filter(Boolean).join(" · "));
}

function scenarioSection(unit) {
  const rows = page.scenarios.map(([key, label], s) => {
    const values = unit.scenarios[s];
    const found = unit.indicators.filter((row) => row[0].startsWith(key));
    return h(
      "details", { class: "scenario" },
      h("summary", {}, h("span", { class: "name" }, say(label)), bar(values), h("b", {}, whole(values[0])),
        h("span", { class: "note" }, interval(values))),
      h("ul", { class: "indicators" }, found.map(indicatorLine)),
    );
  });
  const [score, low, high, coverage] = unit.score;
  return section(
    "eight_scenarios",
    h("div", { class: "total" }, h("span", { class: "name" }, word("total")), bar(unit.score), h("b", {}, whole(score)),
      h("span", { class: "note" }, interval([score, low, high]))),
    ...rows,
    h("p", { class: "facts" },
      h("span", {}, ring(coverage), `${word("coverage")} ${percent(coverage)}`),
      unit.kind === "proposed" ? h("span", {}, `${word("need")} ${whole(unit.need)}`) : "",
      unit.kind === "proposed" ? h("span", {}, `${word("readiness")} ${whole(unit.readiness)}`) : "",
      unit.chance === null ? "" : h("span", {}, `${word("chance", { k: page.top_k })} ${percent(unit.chance)}`)),
  );
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

// All findings on a unit: its own, and those on its compounds, grouped by rule.
function findings(unit) {
  const groups = new Map();
  const note = (rule, result, reason, compound) => {
    if (!groups.has(rule)) groups.set(rule, { own: null, parts: [] });
    if (compound === null) groups.get(rule).own = { result, reason };
    else groups.get(rule).parts.push({ result, reason, compound });
  };
  for (const [rule, result, ...reason] of unit.rules) note(rule, result, reason, null);
  for (const c of unit.compounds) for (const [rule, result, ...reason] of page.compounds[c].rules) note(rule, result, reason, c);
  return inOrder([...groups]);
}

const GRAVITY = ["fail", "defer", "unknown", "pass"];

function worst(group) {
  const results = [group.own?.result, ...group.parts.map((part) => part.result)];
  return GRAVITY.find((result) => results.includes(result));
}

function countResults(parts) {
  return GRAVITY.map((result) => [result, parts.filter((part) => part.result === result).length])
    .filter(([, n]) => n)
    .map(([result, n]) => `${word(`result_${result}`)} ${n}`)
    .join(" · ");
}

function ruleName(rule) {
  return `${rule} ${say(page.rules[rule].name)}`;
}

function clauseLink(rule) {
  const entry = page.rules[rule];
  return link(word("clause"), () => openDialog(
    `${rule} ${say(entry.name)}`,
    h("p", { class: "note" }, `${entry.clause} · ${word(`effect_${entry.effect}`)}`),
    h("blockquote", { lang: "zh-CN" }, entry.quote),
  ));
}

// A paper is a deciding rule that is unknown, of the unit or of a compound that no rule bars.
function papersSection(unit) {
  if (unit.kind !== "proposed") return "";
  const barred = new Set(unit.compounds.filter((c) =>
    page.compounds[c].rules.some(([rule, result]) => result === "fail" && page.rules[rule].effect === "exclude")));
  const lines = findings(unit).filter(([rule]) => page.rules[rule].decides).map(([rule, group]) => {
    const lacking = group.parts.filter((part) => part.result === "unknown" && !barred.has(part.compound));
    if (group.own?.result !== "unknown" && !lacking.length) return null;
    const names = lacking.slice(0, 3).map((part) => say(page.compounds[part.compound].name)).join(language ? ", " : "、");
    const more = lacking.length > 3 ? ` +${lacking.length - 3}` : "";
    return h("li", {}, ruleName(rule), names ? ` · ${names}${more}` : "", " ", clauseLink(rule));
  }).filter(Boolean);
  const title = unit.papers === null ? "" : ` ${word("papers_count", { n: unit.papers })}`;
  return h("section", {}, h("h3", {}, word("papers") + title),
    lines.length ? h("ul", {}, lines) : h("p", {}, word("papers_none")));
}

function rulesSection(unit) {
  const groups = findings(unit);
  if (!groups.length) return "";
  return section("rules", h("ul", { class: "rules" }, groups.map(([rule, group]) => h(
    "li", {},
    h("details", {},
      h("summary", {}, resultSign(worst(group)), h("span", {}, ruleName(rule))),
      group.own ? h("p", { class: "note" }, say(group.own.reason)) : "",
      group.parts.length ? h("p", { class: "note" }, word("rule_compounds", { text: countResults(group.parts) })) : "",
      h("ul", { class: "parts" }, group.parts.filter((part) => part.result !== "pass").map((part) => h(
        "li", {}, resultSign(part.result), link(say(page.compounds[part.compound].name), () => select("compound", part.compound)),
        h("span", { class: "note" }, ` ${say(part.reason)}`)))),
      h("p", {}, clauseLink(rule))),
  ))));
}

function reachSection(reach) {
  const rows = Object.entries(reach);
  if (!rows.length) return "";
  return section("reach", h("table", {}, rows.map(([name, pair]) => h(
    "tr", {}, h("th", { scope: "row" }, say(page.classes[name])), h("td", {}, shareBar(pair)), h("td", {}, percentRange(pair)),
  ))));
}

// Served, then hatched what cannot be known; the rest is not served.
function shareBar([share, unknown]) {
  const track = h("span", { class: "bar" });
  for (const [kind, value] of [["value", share], ["hatched", unknown]]) {
    const piece = h("span", { class: `piece ${kind}` });
    piece.style.width = `${100 * (value ?? 0)}%`;
    track.append(piece);
  }
  return track;
}

function limitsSection() {
  return h("section", { class: "limits" }, h("details", {}, h("summary", {}, word("limits")),
    h("ul", {}, [1, 2, 3, 4, 5].map((i) => h("li", {}, word(`limit_${i}`))))));
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
    reachSection(compound.reach),
    limitsSection(),
  ];
}

function addressCard(i) {
  const at = (column) => page.addresses[column][i];
  const linkTo = (key, kind, row, names) => row < 0 ? "" : h("p", {}, word(key), " ", link(say(names[row].name), () => select(kind, row)));
  const links = page.themes.find((theme) => theme.theme === "linking");
  const linked = Number(links.classes[i]);
  const classes = Object.keys(page.classes).filter((name) => page.addresses[`walk_${name}`]);
  return [
    h("p", { class: "kicker" }, word("card_building")),
    h("h2", {}, at("compound") < 0 ? word("card_building") : say(page.compounds[at("compound")].name)),
    h("div", { class: "tiles" }, tile(word("residents"), people(at("people")))),
    linked === 0 ? "" : h("p", { class: "warning" }, word("not_linked", { reason: say(links.legend[linked].label) })),
    linkTo("in_unit", "unit", at("unit"), page.units),
    linkTo("in_committee", "unit", at("committee"), page.units),
    linkTo("in_compound", "compound", at("compound"), page.compounds),
    section("minutes_to", h("table", {}, classes.map((name) => h(
      "tr", {}, h("th", { scope: "row" }, say(page.classes[name])), h("td", {}, minutesText(name, i)),
    )))),
    limitsSection(),
  ];
}

function minutesText(name, i) {
  const tenths = page.addresses[`walk_${name}`][i];
  if (tenths >= 0) return word("minutes", { n: (tenths / 10).toFixed(1) });
  const served = page.themes.find((theme) => theme.theme === `served_${name}`);
  return served.classes[i] === "2" ? word("cannot_know") : word("minutes_none", { limit: page.walk_limit });
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

const CARDS = { unit: unitCard, compound: compoundCard, address: addressCard, facility: facilityCard };
