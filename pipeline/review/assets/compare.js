"use strict";
// Put candidates side by side: what ranks them, what they have, and each scenario down to its indicators.

const MOST_COMPARED = 6;

function toggleCompared(row) {
  const has = state.compared.includes(row);
  if (!has && state.compared.length === MOST_COMPARED) {
    openDialog(word("compare_title"), h("p", {}, word("compare_full", { n: MOST_COMPARED })));
  } else state.compared = has ? state.compared.filter((each) => each !== row) : [...state.compared, row];
  renderSteps();
  renderBoard();
  renderComparison();
}

function renderComparison() {
  const rows = state.compared;
  const absent = standing.map(({ row }) => row).filter((row) => !rows.includes(row));
  fill(
    byId("comparison-head"),
    h("h2", {}, word("compare_title")),
    h("label", {}, word("compare_add"), h(
      "select", { id: "compare-add", disabled: rows.length === MOST_COMPARED, change: (event) => {
        if (event.target.value) toggleCompared(Number(event.target.value));
        byId("compare-add").focus();
      } },
      h("option", { value: "" }, word("choose")),
      absent.map((row) => h("option", { value: row }, `${standingOf(row).rank ?? "–"} ${say(page.units[row].name)}`)),
    )),
    h("p", { class: "note" }, word(changed() ? "weights_changed" : "weights_of_run")),
  );
  if (!rows.length) {
    fill(byId("comparison-body"), h("p", {}, word("compare_none")));
    return;
  }
  const columns = rows.map((row) => ({ row, unit: page.units[row], at: standingOf(row) }));
  const line = (label, show) => h("tr", {}, h("th", { scope: "row" }, label), columns.map((column) => h("td", {}, show(column))));
  const group = (key) => h("tr", { class: "tier" }, h("th", { scope: "rowgroup", colspan: rows.length + 1 }, word(key)));
  const scored = (values) => [h("span", { class: "score-text" }, h("b", {}, whole(values.score)), h("span", { class: "note" }, interval([values.score, values.low, values.high]))), bar([values.score, values.low, values.high])];
  const table = h(
    "table", { class: "comparison" },
    h("thead", {}, h("tr", {}, h("td", {}), columns.map(({ row, unit, at }) => h(
      "th", { scope: "col" },
      h("span", { class: at.rank === null ? "number none" : at.rank <= page.top_k ? "number" : "number low" }, at.rank === null ? "–" : String(at.rank)),
      h("span", { class: "name" }, say(unit.name)),
      h("button", { type: "button", class: "remove", "aria-label": word("compare_remove", { name: say(unit.name) }), click: () => toggleCompared(row) }, "×"),
    )))),
    h("tbody", {},
      group("compare_rank"),
      line(word("priority"), ({ at }) => h("b", {}, oneDecimal(at.priority))),
      line(word("need"), ({ at }) => oneDecimal(at.need)),
      line(word("readiness"), ({ row }) => oneDecimal(model.candidates[row].readiness)),
      line(word("eligible_label"), ({ unit }) => unit.eligible ? pill(unit.eligible, word(`short_${unit.eligible}`)) : word("unknown")),
      line(word("chance", { k: page.top_k }), ({ at }) => chanceText(at)),
      line(word("vote_title"), ({ unit }) => word(`vote_${ballot.votes.get(unit.unit_id)?.vote ?? "none"}`))),
    h("tbody", {},
      group("compare_facts"),
      line(word("type_label"), ({ unit }) => unit.pilot_type ? word(`type_${unit.pilot_type}`) : word("unknown")),
      line(word("residents"), ({ unit }) => people(unit.people[0])),
      CARD_CLASSES.filter((name) => columns.some(({ unit }) => unit.reach[name])).map((name) => line(
        word("within_10", { name: say(page.classes[name]) }), ({ unit }) => unit.reach[name] ? percentRange(unit.reach[name]) : word("unknown"))),
      line(word("papers"), ({ unit }) => unit.papers === null ? word("unknown") : word("papers_count", { n: unit.papers }))),
    h("tbody", {},
      group("eight_scenarios"),
      line(word("total"), ({ at }) => scored(at.total)),
      line(word("coverage"), ({ at }) => [ring(at.total.coverage), percent(at.total.coverage)]),
      page.scenarios.map(([key, label], s) => [
        h("tr", {},
          h("th", { scope: "row" }, h("button", { type: "button", class: "link", "data-key": `unfold ${key}`, "aria-expanded": String(state.unfolded.has(key)), click: () => unfold(key) }, `${state.unfolded.has(key) ? "▾" : "▸"} ${say(label)}`)),
          columns.map(({ at }) => h("td", {}, scored(at.scenarios[s])))),
        state.unfolded.has(key) ? ofScenario(key).map((id) => indicatorLineOf(id, columns)) : "",
      ])),
  );
  table.style.maxWidth = `${190 + 280 * rows.length}px`;
  fill(byId("comparison-body"), table);
}

function indicatorLineOf(id, columns) {
  const [label, unit] = page.indicators[id];
  return h("tr", { class: "indicator-line" }, h("th", { scope: "row" }, `${id} ${say(label)}`), columns.map(({ row }) => {
    const points = model.candidates[row].points[indicatorIds.indexOf(id)];
    const found = page.evidence[row][id];
    return h("td", {}, h("button", { type: "button", class: "link", click: () => showEvidence(row, id, false) },
      h("b", {}, points === null ? "?" : whole(points)), h("span", { class: "note" }, ` ${found ? valueText(found, unit) : word("unknown")}`)));
  }));
}

function unfold(key) {
  state.unfolded[state.unfolded.has(key) ? "delete" : "add"](key);
  renderComparison();
  byId("comparison-body").querySelector(`[data-key="unfold ${key}"]`).focus();
}
