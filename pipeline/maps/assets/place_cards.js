"use strict";
// Build the card of a gate or a facility.

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
