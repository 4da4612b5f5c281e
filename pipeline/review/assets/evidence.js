"use strict";
// Show what a figure rests on: a candidate's card, a scenario's indicators, and an indicator down to formula and layer.

const indicatorIds = Object.keys(page.indicators);
const ofScenario = (key) => indicatorIds.filter((id) => id.startsWith(key));

function oneDecimal(number) {
  return number === null ? word("unknown") : number.toFixed(1);
}

function valueText({ value, value_low: low, value_high: high }, unit) {
  const known = value === null ? word("unknown") : `${figure(value)} ${unit}`;
  return low === null || high === null || low === high ? known : `${known}（${figure(low)}–${figure(high)}）`;
}

// A scenario's indicators, each a button to its evidence; in the blind round values without points.
function indicatorList(row, key, blind) {
  return h("ul", { class: "indicators" }, ofScenario(key).map((id) => {
    const [label, unit] = page.indicators[id];
    const points = model.candidates[row].points[indicatorIds.indexOf(id)];
    const found = page.evidence[row][id];
    return h("li", {}, h(
      "button", { type: "button", class: "indicator", "data-key": `${row} ${id}`, click: () => showEvidence(row, id, blind) },
      h("span", { class: "label" }, `${id} ${say(label)}`),
      h("span", { class: "note" }, found ? valueText(found, unit) : word("unknown")),
      blind ? "" : h("b", {}, points === null ? "?" : whole(points)),
    ));
  }));
}

function fact(key, ...content) {
  return content.every((each) => each === "") ? "" : [h("dt", {}, word(key)), h("dd", {}, ...content)];
}

// What the points come to: the piece of the line that the value lies on, worked out.
function workedOut(breakpoints, value) {
  const points = pointsAt(breakpoints, value);
  const next = breakpoints.findIndex(([at]) => at >= value);
  if (next <= 0) return word(next ? "worked_above" : "worked_below", { points: figure(points), at: figure(breakpoints.at(next && -1)[0]) });
  const [[x0, y0], [x1, y1]] = [breakpoints[next - 1], breakpoints[next]];
  return `${figure(y0)} + (${figure(value)} − ${figure(x0)}) ÷ (${figure(x1)} − ${figure(x0)}) × ${figure(y1 - y0)} = ${oneDecimal(points)}`;
}

function showEvidence(row, id, blind) {
  const [label, unit, target, clause, source, formula, breakpoints, proposed] = page.indicators[id];
  const i = indicatorIds.indexOf(id);
  const found = page.evidence[row][id];
  const s = model.scenario_of[i];
  const share = model.indicator_weights[i] / sum(inScenario[s], (each) => model.indicator_weights[each]);
  const ofTotal = share * state.weights[s] / sum(state.weights, (weight) => weight);
  const points = model.candidates[row].points[i];
  const interval = `${oneDecimal(model.candidates[row].low[i])}–${oneDecimal(model.candidates[row].high[i])}`;
  openDialog(
    `${id} ${say(label)}`,
    h("p", { class: "kicker" }, `${say(page.units[row].name)} · ${say(page.scenarios[s][1])}`),
    h("p", { class: "figure" },
      h("b", {}, found ? valueText(found, unit) : word("unknown")),
      blind ? "" : h("span", {}, " → ", h("b", {}, points === null ? word("unknown") : word("points_of", { n: oneDecimal(points) })), ` （${interval}）`)),
    blind || !found ? "" : pointsCurve(breakpoints, target, found),
    blind || !found || found.value === null ? "" : h("p", { class: "worked" }, workedOut(breakpoints, found.value)),
    h("dl", {},
      fact("evidence_formula", say(formula)),
      fact("evidence_layers", found ? say(found.layers) : ""),
      fact("evidence_counted", found ? say(found.counted) || word("evidence_nobody") : ""),
      fact("evidence_share", found ? percent(found.share) : ""),
      fact("target", `${figure(target)} ${unit}${proposed ? ` · ${word("target_proposed")}` : ""}`),
      blind ? "" : fact("evidence_weight", word("evidence_weight_of", { share: percent(share), total: percent(ofTotal) })),
      fact("clause", clause),
      fact("source", source),
      fact("evidence_note", found?.note ?? "")),
  );
}

// The candidate's scenarios under the weights now set.
function scenarioRows(row, blind) {
  const at = standingOf(row);
  return page.scenarios.map(([key, label], s) => {
    const { score, low, high, coverage } = at.scenarios[s];
    return h(
      "details",
      { class: "scenario", open: state.open.has(key), toggle: (event) => state.open[event.target.open ? "add" : "delete"](key) },
      h("summary", { "data-key": `scenario ${key}` }, h("span", { class: "name" }, say(label)), bar([score, low, high]), h("b", {}, whole(score)),
        h("span", { class: "note" }, interval([score, low, high]))),
      h("p", { class: "note" }, word("scenario_formula", { known: ofScenario(key).filter((id) => model.candidates[row].points[indicatorIds.indexOf(id)] !== null).length, n: ofScenario(key).length, coverage: percent(coverage) })),
      indicatorList(row, key, blind),
    );
  });
}

function priorityLine(row) {
  const { need, priority } = standingOf(row);
  const { readiness } = model.candidates[row];
  if (priority === null) return h("p", {}, word("unranked_other"));
  return h("p", { class: "worked" }, word("priority_formula", {
    a: state.needWeight.toFixed(2), need: oneDecimal(need), b: (1 - state.needWeight).toFixed(2),
    readiness: oneDecimal(readiness), priority: oneDecimal(priority),
  }));
}

function candidateCard(row) {
  const unit = page.units[row];
  const at = standingOf(row);
  const { score, low, high, coverage } = at.total;
  const kicker = [
    at.rank === null ? word("card_unranked") : word("card_candidate", { rank: at.rank }),
    unit.pilot_type && word(`type_${unit.pilot_type}`), say(unit.subdistrict),
  ];
  return [
    h("p", { class: "kicker" }, kicker.filter(Boolean).join(" · ")),
    h("h2", {}, say(unit.name)),
    h("p", { class: "pills" }, sizePill(unit), unit.eligible ? pill(unit.eligible, word(`result_${unit.eligible}`)) : ""),
    at.unranked ? h("p", { class: "warning" }, unrankedText(at)) : "",
    whereMap(row),
    h("p", {}, h("a", { class: "link", href: `index.html#unit=${encodeURIComponent(unit.unit_id)}` }, word("see_on_map"))),
    h("div", { class: "tiles" },
      tile(word("residents"), people(unit.people[0])),
      tile(word("coverage"), percent(coverage)),
      tile(word("priority"), oneDecimal(at.priority)),
      tile(word("chance", { k: page.top_k }), chanceText(at))),
    section("why_here", priorityLine(row), page.pairs[unit.unit_id] && !changed() ? h("p", { class: "note" }, say(page.pairs[unit.unit_id])) : ""),
    section("eight_scenarios",
      h("div", { class: "total" }, h("span", { class: "name" }, word("total")), bar([score, low, high]), h("b", {}, whole(score)),
        h("span", { class: "note" }, interval([score, low, high]))),
      scenarioRows(row, false)),
    voteSection(unit),
    section("why", h("p", {}, say(unit.reasons))),
    papersSection(unit),
    rulesSection(unit),
    reachSection(unit.reach),
    limitsSection(),
  ];
}

function voteSection(unit) {
  const votes = page.committee.votes[unit.unit_id];
  const { vote = null, comment = "" } = ballot.votes.get(unit.unit_id) ?? {};
  const choice = (value, label) => h("label", {},
    h("input", { type: "radio", name: "vote", value: value ?? "", checked: value === vote, "data-key": `vote ${value}`, change: () => {
      noteVote(unit.unit_id, { vote: value });
      renderCard();
      renderBoard();
    } }), label);
  return h(
    "section", { class: "vote" },
    h("h3", {}, word("vote_title")),
    votes ? h("p", { class: "note" }, word("committee_votes", { round: page.committee.round, yes: votes[0], no: votes[1], abstain: votes[2] })) : "",
    h("p", { class: "note" }, committeeText(unit.unit_id, "total")),
    h("div", { role: "radiogroup", "aria-label": word("vote_title") }, VOTES.map((value) => choice(value, word(`vote_${value}`))), choice(null, word("vote_none"))),
    vote === null ? h("p", { class: "note" }, word("vote_hint")) : h("textarea", {
      rows: 2, maxlength: LONGEST.comment, placeholder: word("vote_comment"), "aria-label": word("vote_comment"),
      input: (event) => noteVote(unit.unit_id, { comment: event.target.value }),
    }, comment),
  );
}

// Compounds open over the card, so that the reader does not lose the candidate.
function select(kind, row) {
  if (kind === "unit") {
    byId("dialog").close();
    choose(row);
  } else openDialog(word(`card_${kind}`), compoundCard(row).slice(1));
}
