"use strict";
// Build the card of an address: its minutes to each class, and the walk to the chosen one, step by step.

function addressCard(i) {
  const at = (column) => page.addresses[column][i];
  const linkTo = (key, kind, row, names) => row < 0 ? "" : h("p", {}, word(key), " ", link(say(names[row].name), () => select(kind, row)));
  const links = page.themes.find((theme) => theme.theme === "linking");
  const linked = Number(links.classes[i]);
  const classes = Object.keys(page.classes).filter((name) => page.addresses[`walk_${name}`]);
  return [
    h("p", { class: "kicker" }, `${word("card_building")} ${at("id")}`),
    h("h2", {}, at("compound") < 0 ? word("card_building") : say(page.compounds[at("compound")].name)),
    h("div", { class: "tiles" }, tile(word("residents"), people(at("people")))),
    linked === 0 ? "" : h("p", { class: "warning" }, word("not_linked", { reason: say(links.legend[linked].label) })),
    walkSection(),
    section("minutes_to", h("p", { class: "note" }, word("walk_pick")), h("table", { class: "minutes" }, classes.map((name) => h(
      "tr", { class: name === state.chosen.to ? "shown" : "" },
      h("th", { scope: "row" }, at(`walk_${name}`) >= 0 ? link(say(page.classes[name]), () => chooseWalk(name, true)) : say(page.classes[name])),
      h("td", {}, minutesText(name, i)),
    )))),
    linkTo("in_unit", "unit", at("unit"), page.units),
    linkTo("in_committee", "unit", at("committee"), page.units),
    linkTo("in_compound", "compound", at("compound"), page.compounds),
    limitsSection(),
  ];
}

function minutesText(name, i) {
  const tenths = page.addresses[`walk_${name}`][i];
  if (tenths >= 0) return word("minutes", { n: (tenths / 10).toFixed(1) });
  const served = page.themes.find((theme) => theme.theme === `served_${name}`);
  return served.classes[i] === "2" ? word("cannot_know") : word("minutes_none", { limit: page.walk_limit });
}

// The class whose walk is shown first: what the map shows, else the first that is reached.
function firstClass(i) {
  const reached = Object.keys(page.classes).filter((name) => page.addresses[`walk_${name}`]?.[i] >= 0);
  return reached.includes(state.theme.facilities) ? state.theme.facilities : reached[0] ?? null;
}

// Find the walk from the chosen address to a class, show its steps and draw it.
async function chooseWalk(name, move = false) {
  const { chosen } = state;
  Object.assign(chosen, { to: name, steps: null, fault: null });
  writeHash();
  if (name) {
    try {
      const net = await unpackNetwork();
      const walk = findWalk(net, chosen.row, name, 6 * page.addresses[`walk_${name}`][chosen.row] + 6);
      if (state.chosen !== chosen || chosen.to !== name) return;
      chosen.steps = walk && asSteps(tellWalk(net, chosen.row, walk));
    } catch {
      chosen.fault = "walk_old"; // no DecompressionStream
    }
  }
  renderCard();
  if (move && chosen.steps) {
    const points = chosen.steps.flatMap((step) => step.lines.flat());
    map.fitBounds(L.latLngBounds(points.map(toLatLng)), { animate: false, padding: [70, 70], maxZoom: 17.5 });
  }
  painter.redraw();
}

function walkSection() {
  const { to, steps, fault, row } = state.chosen;
  if (!to) return "";
  if (!steps) return section("walk", h("p", {}, word(fault ?? "walk_loading")));
  const total = (key) => steps.reduce((sum, step) => sum + step[key], 0);
  const who = page.walks.who[to];
  return h("section", { class: "walk" },
    h("h3", {}, `${word("walk")} · ${say(page.classes[to])}`),
    h("p", {}, word("walk_total", { metres: Math.round(total("metres")), minutes: (page.addresses[`walk_${to}`][row] / 10).toFixed(1), who: word(`on_foot_${who}`) })),
    page.walks.coming.includes(to) ? h("p", { class: "note" }, word("walk_coming")) : "",
    h("ol", {}, steps.map((step, i) => h("li", {}, stepButton(step, i)))));
}

function stepButton(step, i) {
  const made = [
    step.flat >= 0.5 ? word("step_flat", { n: Math.round(step.flat) }) : "",
    Math.abs(step.extra) >= 0.5 && step.kind === "steps" ? word("step_stairs", { n: Math.round(step.extra) }) : "",
    Math.abs(step.extra) >= 0.5 && step.kind !== "steps" ? word("step_slope", { n: signed(step.extra) }) : "",
    step.wait >= 0.5 ? word("step_wait", { n: Math.round(step.wait) }) : "",
  ].filter(Boolean);
  const seconds = Math.round(step.seconds);
  const time = step.kind === "gate" ? "" : seconds >= 60 ? `${Math.floor(seconds / 60)}′${String(seconds % 60).padStart(2, "0")}″` : `${seconds}″`;
  const show = (on) => { state.step = on ? i : null; painter.redraw(); };
  return h("button", { type: "button", class: "step", mouseenter: () => show(true), mouseleave: () => show(false), focus: () => show(true), blur: () => show(false) },
    h("span", {}, stepName(step, i)), h("b", {}, time),
    h("span", { class: "note" }, [step.metres >= 0.5 ? word("metres", { n: Math.round(step.metres) }) : "", ...(made.length > 1 || step.kind === "steps" ? made : [])].filter(Boolean).join(" · ")));
}

function signed(seconds) {
  const whole = Math.round(seconds);
  return whole < 0 ? `−${-whole}` : `+${whole}`;
}

function stepName(step, i) {
  if (step.kind === "access") return word(i === 0 ? "step_access_out" : "step_access_in");
  if (step.kind === "gate") return word("step_gate", { users: word(page.gates[step.gate][0]) });
  const stairs = step.kind === "steps" ? word("step_steps") : "";
  if (step.name) return [word("step_named", { name: step.name }), stairs].filter(Boolean).join(" · ");
  return stairs || word(`step_${step.kind}`);
}
