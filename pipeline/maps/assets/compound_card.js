"use strict";
// Build the card of a compound.

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
    gainsSection("if_all_opened", page.gains?.[compound.compound_id]),
    reachSection(compound.reach),
    limitsSection(),
  ];
}

// What opening a gate, or all gates of a compound, would bring; the committee's page does not tell.
function gainsSection(title, gains) {
  if (!gains) return "";
  const head = ["opened_class", "opened_gained", "opened_nearer", "opened_saved"];
  return section(title, h("table", { class: "gains" },
    h("tr", {}, head.map((key) => h("th", { scope: "col", class: "note" }, word(key)))),
    gains.map(([name, gained, nearer, saved]) => h("tr", {}, h("th", { scope: "row" }, say(page.classes[name])),
      h("td", {}, h("b", {}, people(gained))), h("td", {}, people(nearer)), h("td", {}, word("minutes", { n: saved.toFixed(1) }))))));
}
