"use strict";
// The member's own scores: blind in round 1 (no rank, no points, candidates by number), beside the system's in round 2.

function scoringOrder() {
  return byUnitId().map((unit) => unitRow.get(unit.unit_id));
}

function allJudged() {
  return [sum(page.units, judged), page.units.length * scenarioKeys.length];
}

function renderScoring() {
  const blind = ballot.round === 1;
  const [done, all] = allJudged();
  fill(
    byId("scoring-head"),
    h("div", {},
      h("h2", {}, word(blind ? "round_1_title" : "round_2_title")),
      h("p", {}, word(blind ? "round_1_about" : "round_2_about"))),
    h("div", { class: "hand-in" },
      h("p", { class: "note", id: "progress" }, word("judged", { done, all })),
      blind ? h("button", { type: "button", class: "primary", id: "hand-in", click: askHandIn }, word("hand_in"))
        : firstRound ? h("button", { type: "button", class: "plain", click: () => download(firstRound) }, word("save_round_1")) : ""),
  );
  renderScoringList();
  renderForm();
}

function renderScoringList() {
  refill(byId("scoring-list"), scoringOrder().map((row) => {
    const unit = page.units[row];
    const done = judged(unit);
    return h("li", {}, h(
      "button",
      { type: "button", class: "pick", "data-key": unit.unit_id, "aria-pressed": String(row === state.scored), click: () => score(row) },
      h("span", { class: "note" }, unit.unit_id),
      h("span", { class: "name" }, say(unit.name)),
      h("span", { class: done === scenarioKeys.length ? "done full" : "done" }, `${done}/${scenarioKeys.length}`),
    ));
  }));
}

function score(row) {
  state.scored = row;
  renderScoringList();
  renderForm();
  byId("form").scrollTop = 0;
}

function renderForm() {
  const row = state.scored;
  if (row === null) {
    fill(byId("form"), h("p", {}, word("say_no_units")));
    return;
  }
  const unit = page.units[row];
  const blind = ballot.round === 1;
  const order = scoringOrder();
  const at = order.indexOf(row);
  const step = (by, key) => h("button", { type: "button", class: "plain", disabled: !(at + by in order), click: () => score(order[at + by]) }, word(key));
  fill(
    byId("form"),
    h("div", { class: "form-head" },
      h("div", {},
        h("p", { class: "kicker" }, [unit.unit_id, say(unit.subdistrict)].filter(Boolean).join(" · ")),
        h("h2", {}, say(unit.name)),
        h("p", { class: "pills" }, sizePill(unit)),
        h("div", { class: "tiles" },
          tile(word("residents"), people(unit.people[0])),
          CARD_CLASSES.filter((name) => unit.reach[name]).map((name) =>
            tile(word("within_10", { name: say(page.classes[name]) }), percentRange(unit.reach[name]))))),
      whereMap(row)),
    page.scenarios.map(([key, label], s) => scoreField(row, key, label, s, blind)),
    papersSection(unit),
    h("p", { class: "steps" }, step(-1, "previous"), step(1, "next")),
  );
}

function scoreField(row, key, label, s, blind) {
  const unit = page.units[row];
  const { points, comment } = ballot.scores.get(cell(unit.unit_id, key)) ?? { points: null, comment: "" };
  const hint = h("span", { class: "note fault", role: "alert" });
  const take = (event) => {
    const text = event.target.value.trim();
    const number = Number(text);
    const wrong = event.target.validity.badInput || (text !== "" && !within(number, 0, 100));
    hint.textContent = wrong ? word("points_range") : "";
    event.target.setAttribute("aria-invalid", String(wrong));
    if (wrong) return;
    noteScore(unit.unit_id, key, { points: text === "" ? null : number });
    renderScoringList();
    const [done, all] = allJudged();
    byId("progress").textContent = word("judged", { done, all });
  };
  const before = firstRound?.scores.find((each) => each.unit_id === unit.unit_id && each.scenario_id === key);
  const { score: system, low, high } = standingOf(row).scenarios[s];
  return h(
    "div", { class: "score-field", role: "group", "aria-label": say(label) },
    h("b", {}, say(label)),
    h("label", {}, word("points_label"),
      h("input", { type: "number", min: 0, max: 100, step: "any", inputmode: "decimal", placeholder: "–", "data-scenario": key, value: points, input: take })),
    h("input", {
      type: "text", class: "comment", maxlength: LONGEST.comment, placeholder: word("comment"), value: comment,
      "aria-label": `${say(label)} ${word("comment")}`, "data-comment": key,
      input: (event) => noteScore(unit.unit_id, key, { comment: event.target.value }),
    }),
    hint,
    blind ? "" : h("p", { class: "note system" },
      word("system_score", { score: whole(system), low: Math.round(low), high: Math.round(high) }),
      before ? ` · ${word("round_1_score", { score: before.points ?? "–" })}` : "",
      committeeText(unit.unit_id, key, " · ")),
    h("details", {}, h("summary", { class: "note" }, word("facts_of", { n: ofScenario(key).length })), indicatorList(row, key, blind)),
  );
}

// What the members gave in the round that was summed up last; shown after one's own blind round alone.
function committeeText(unit, scenario, before = "") {
  const given = page.committee.given[unit]?.[scenario];
  if (!given) return "";
  const [n, median, lowest, highest, disagree] = given;
  const text = word("committee_gave", { n, round: page.committee.round, median: figure(median), lowest: figure(lowest), highest: figure(highest) });
  return before + text + (disagree ? ` ${word("committee_disagrees")}` : "");
}

// Hand in round 1: it is saved as a file and not changed any more, then the ranking is shown.
function askHandIn() {
  const [done, all] = allJudged();
  openDialog(
    word("hand_in"),
    h("p", {}, word(done ? "hand_in_about" : "hand_in_empty", { done, all })),
    h("p", { class: "steps" },
      h("button", { type: "button", class: "plain", click: () => byId("dialog").close() }, word("hand_in_back")),
      h("button", { type: "button", class: "primary", id: "reveal", click: handIn }, word(done ? "hand_in_do" : "hand_in_skip"))),
  );
}

function handIn() {
  byId("dialog").close();
  if (allJudged()[0]) {
    firstRound = fileOf(ballot);
    download(firstRound);
  }
  ballot.round = 2;
  keep();
  show("ranking");
}
