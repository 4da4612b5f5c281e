"use strict";
// Build the card of a unit: size, reach, scores, gates to open, what comes next, rules.

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
    unit.eligible ? h("p", { class: "pages" },
      h("a", { href: `candidates/${encodeURIComponent(unit.unit_id)}.html` }, word("sheet")), " ",
      h("a", { href: "review.html" }, word("review"))) : "",
    h(
      "div", { class: "tiles" },
      tile(word("residents"), people(unit.people[0])),
      tile(word("interval"), `${people(unit.people[1])}–${people(unit.people[2])}`),
      ...CARD_CLASSES.filter((name) => unit.reach[name]).map((name) =>
        tile(word("within_10", { name: say(page.classes[name]) }), percentRange(unit.reach[name]))),
    ),
    sizeNote(unit),
    unit.score[1] === null ? "" : scenarioSection(unit),
    gatesSection(i),
    pilotSection(i),
    nextSection(i),
    say(unit.reasons) ? section("why", h("p", {}, say(unit.reasons))) : "",
    papersSection(unit),
    questionsSection(i),
    rulesSection(unit),
    reachSection(unit.reach),
    unit.compounds.length ? section("members", h("p", { class: "names" }, unit.compounds.map((c) => [
      link(say(page.compounds[c].name), () => select("compound", c)), " ",
    ]))) : "",
    limitsSection(),
  ];
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

// The openings that bring most of the unit's people within reach.
function gatesSection(i) {
  const rows = page.next[i].gates;
  if (!rows.length) return "";
  return section("gates_to_open", h("ul", {}, rows.map(([kind, subject, name, gained]) => {
    const row = kind === "opening" ? page.gates.findIndex((gate) => gate[5] === subject)
      : page.compounds.findIndex((compound) => compound.compound_id === subject);
    const label = kind === "opening" ? gateName(row) : word("gates_all_of", { name: say(page.compounds[row].name) });
    return h("li", {}, link(label, () => select(kind === "opening" ? "gate" : "compound", row, { move: true })), h("br"),
      h("span", { class: "note" }, word("gates_line", { n: people(gained), group: word(`who_${page.walks.group[name]}`), name: say(page.classes[name]) })));
  })));
}

function pilotSection(i) {
  const { pilot, plans, order } = page.next[i];
  if (!pilot) return "";
  const [reason, second, secondReason, years, award, within] = pilot;
  const facts = [
    years === null ? "" : word("deadline", { n: years }),
    award === null ? "" : word("award", { n: (award / 1e4).toLocaleString("en-US") }),
    word(within ? "quota_in" : "quota_out"),
  ].filter(Boolean).join(" · ");
  return section("pilot_type",
    h("p", {}, h("b", {}, word(`type_${page.units[i].pilot_type || "undetermined"}`)), ` · ${facts}`),
    h("p", { class: "note" }, say(reason)),
    second ? h("p", { class: "note" }, `${word("runner_up", { type: word(`type_${second}`) })} · ${say(secondReason)}`) : "",
    h("p", {}, `${word("portfolio")}${language ? ": " : "："}`, plans.length
      ? plans.map(([plan, rank]) => word("in_plan", { plan, rank })).join(language ? ", " : "、") : word("in_no_plan")),
    say(order) ? h("p", { class: "note" }, say(order)) : "");
}

// How far the unit has come, and its compounds: the last step taken and the one after.
function nextSection(i) {
  const unit = page.units[i];
  const last = new Map();
  const order = page.steps.map(([id]) => id);
  for (const [subject, step, date] of page.next[i].steps) {
    if (order.indexOf(step) >= order.indexOf(last.get(subject)?.[0])) last.set(subject, [step, date]);
  }
  const told = ([step, date]) => {
    const at = order.indexOf(step);
    const after = page.steps[at + 1];
    return `${say(page.steps[at][1])} ${date}${after ? ` · ${word("next_step", { step: say(after[1]) })}` : ""}`;
  };
  const own = last.get(unit.unit_id);
  if (unit.kind === "committee" && !last.size) return "";
  const parts = unit.compounds.filter((c) => last.has(page.compounds[c].compound_id));
  return section("next_steps",
    h("p", {}, own ? told(own) : `${word("no_steps")} · ${word("next_step", { step: say(page.steps[0][1]) })}`),
    parts.length ? h("ul", {}, parts.map((c) => h("li", {}, link(say(page.compounds[c].name), () => select("compound", c)),
      h("span", { class: "note" }, ` ${told(last.get(page.compounds[c].compound_id))}`)))) : "");
}

function questionsSection(i) {
  const { questions } = page.next[i];
  if (!questions.length) return "";
  return section("questions", h("ol", { class: "questions" }, questions.map(([rank, question]) => h("li", { value: rank }, say(question)))));
}
