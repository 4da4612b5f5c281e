"use strict";
// The ranking under the weights now set: sliders on the left, the table in the middle.

const ofRun = rankAll({ weights: model.scenario_weights, needWeight: model.need_weight, aggregate: model.aggregate });
const rankOfRun = new Map(ofRun.map((each) => [each.row, each.rank]));
let standing = ofRun;

function standingOf(row) {
  return standing.find((each) => each.row === row);
}

function weightsChanged() {
  return state.weights.some((weight, s) => weight !== model.scenario_weights[s]);
}

function changed() {
  return weightsChanged() || state.needWeight !== model.need_weight || state.aggregate !== model.aggregate;
}

function rankAnew() {
  standing = rankAll(state);
  ballot.weights = weightsChanged() ? [...state.weights] : null;
}

// ------------------------------------------------------------------------------------------------- weights

function renderWeights() {
  const most = 4 * Math.max(...model.scenario_weights);
  const slider = (id, label, settings, set) => h(
    "div", { class: "weight" },
    h("label", { for: id }, label),
    h("input", { type: "range", id, ...settings, input: (event) => set(Number(event.target.value)) }),
    h("output", { for: id, id: `${id}-share` }),
  );
  fill(
    byId("scenario-weights"),
    page.scenarios.map(([key, label], s) => slider(`weight-${key}`, say(label), { min: 0, max: most, step: most / 80, value: state.weights[s] },
      (value) => setWeights({ weights: state.weights.map((weight, i) => (i === s ? value : weight)) }))),
  );
  fill(byId("need-weight"), slider("weight-need", word("need_weight"), { min: 0, max: 1, step: 0.01, value: state.needWeight },
    (value) => setWeights({ needWeight: value })));
  fill(byId("aggregates"), ["arithmetic", "geometric"].map((name) => h("label", {},
    h("input", { type: "radio", name: "aggregate", value: name, checked: state.aggregate === name, change: () => setWeights({ aggregate: name }) }),
    word(`aggregate_${name}`))));
  renderShares();
}

// What the sliders' places come to. All at zero would be no weights: the last that were some stay in force.
function renderShares() {
  const total = sum(state.weights, (weight) => weight);
  const tell = (id, text) => {
    byId(`${id}-share`).textContent = text;
    byId(id).setAttribute("aria-valuetext", text);
  };
  const exact = (share) => `${Number((100 * share).toFixed(1))}%`; // so that the eight add up
  scenarioKeys.forEach((key, s) => tell(`weight-${key}`, exact(state.weights[s] / total)));
  tell("weight-need", exact(state.needWeight));
  byId("weights-note").textContent = word(changed() ? "weights_changed" : "weights_of_run");
  byId("reset").disabled = !changed();
}

function setWeights(change) {
  const next = { ...state, ...change };
  byId("weights-fault").textContent = next.weights.some((weight) => weight > 0) ? "" : word("weights_zero");
  if (byId("weights-fault").textContent) return;
  Object.assign(state, change);
  rankAnew();
  keep();
  renderShares();
  renderBoard();
  renderCard();
}

function resetWeights() {
  setWeights({ weights: [...model.scenario_weights], needWeight: model.need_weight, aggregate: model.aggregate });
  renderWeights();
  byId("scenario-weights").querySelector("input").focus();
}

// --------------------------------------------------------------------------------------------------- table

function names(rows) {
  return rows.map((row) => say(page.units[row].name)).join(language ? ", " : "、");
}

function renderVerdict() {
  const top = (table) => table.filter((each) => each.rank !== null && each.rank <= page.top_k).map((each) => each.row);
  const [now, before] = [top(standing), top(ofRun)];
  const come = now.filter((row) => !before.includes(row));
  const gone = before.filter((row) => !now.includes(row));
  const sentences = [now.length
    ? word(changed() ? "top_changed" : "top_of_run", { k: now.length, names: names(now) })
    : word("top_none", { n: page.units.length, floor: percent(model.coverage_floor) })];
  if (changed() && (now.length || gone.length)) sentences.push(come.length || gone.length
    ? word("top_moves", { come: names(come) || "–", gone: names(gone) || "–" }) : word("top_same", { k: page.top_k }));
  fill(byId("verdict"), sentences.join(language ? " " : ""));
}

function unrankedText(at) {
  if (at.unranked === "coverage") return word("unranked_coverage", { coverage: percent(at.total.coverage), floor: percent(model.coverage_floor) });
  if (at.unranked === "fail") return say(page.units[at.row].unranked);
  return word("unranked_other");
}

const COLUMNS = ["compare", "rank", "candidate", "priority", "score_now", "coverage", "eligible", "chance"];

function renderBoard() {
  renderVerdict();
  const head = h("thead", {}, h("tr", {},
    COLUMNS.map((name) => h("th", { scope: "col", class: `col-${name}` }, word(`column_${name}`, { k: page.top_k }))),
    page.scenarios.map(([, label]) => h("th", { scope: "col", class: "heat-head" }, h("span", {}, say(label))))));
  const parts = [
    ["tier_0", standing.filter((each) => each.rank !== null && model.candidates[each.row].tier === 0)],
    ["tier_1", standing.filter((each) => each.rank !== null && model.candidates[each.row].tier !== 0)],
    ["tier_none", standing.filter((each) => each.rank === null)],
  ];
  refill(byId("board"), head, parts.filter(([, rows]) => rows.length).map(([key, rows]) => h(
    "tbody", {},
    h("tr", { class: "tier" }, h("th", { colspan: COLUMNS.length + page.scenarios.length, scope: "rowgroup" }, word(key, { n: rows.length }))),
    rows.map(boardRow),
  )));
}

function boardRow(at) {
  const { row, rank } = at;
  const unit = page.units[row];
  const { score: total, low, high, coverage } = at.total;
  const name = say(unit.name);
  const vote = ballot.votes.get(unit.unit_id)?.vote;
  const reason = at.unranked ? unrankedText(at) : unit.pilot_type ? word(`type_${unit.pilot_type}`) : "";
  return h(
    "tr", { class: row === state.chosen ? "chosen" : "", "data-unit": unit.unit_id },
    h("td", { class: "col-compare" }, h("input", { type: "checkbox", "data-key": `compare ${row}`, checked: state.compared.includes(row), "aria-label": word("compare_with", { name }), change: () => toggleCompared(row) })),
    h("td", { class: "col-rank" }, h("span", { class: rank === null ? "number none" : rank <= page.top_k ? "number" : "number low" }, rank === null ? "–" : String(rank)), moved(at)),
    h("th", { scope: "row", class: "col-candidate" },
      h("button", { type: "button", class: "name", "data-key": `name ${row}`, "aria-expanded": String(row === state.chosen), click: () => choose(row === state.chosen ? null : row) }, name),
      h("span", { class: "note" }, vote ? h("span", { class: `vote-${vote}` }, `${word(`vote_${vote}`)} `) : "", reason)),
    h("td", { class: "col-priority" }, h("b", {}, at.priority === null ? word("unknown") : oneDecimal(at.priority)),
      h("span", { class: "note" }, word("rank_line", { need: whole(at.need), readiness: whole(model.candidates[row].readiness) }))),
    h("td", { class: "col-score_now" }, h("span", { class: "score-text" }, h("b", {}, whole(total)), h("span", { class: "note" }, interval([total, low, high]))), bar([total, low, high])),
    h("td", { class: "col-coverage" }, ring(coverage), percent(coverage)),
    h("td", { class: "col-eligible" }, unit.eligible ? pill(unit.eligible, word(`short_${unit.eligible}`)) : ""),
    h("td", { class: "col-chance" }, chanceText(at)),
    page.scenarios.map(([key, label], s) => h("td", { class: "heat" }, heatCell(row, key, label, at.scenarios[s]))),
  );
}

// Chances are the run's: a candidate that it did not rank has none.
function chanceText({ row, rank }) {
  return rank === null || rankOfRun.get(row) === null ? "–" : percent(page.units[row].chance);
}

// Places won or lost against the run's own weights.
function moved({ row, rank }) {
  const before = rankOfRun.get(row);
  if (rank === null || rank === before) return "";
  if (before === null) return h("span", { class: "moved up" }, word("moved_in"));
  const by = before - rank;
  return h("span", { class: by > 0 ? "moved up" : "moved down", title: word("moved_from", { rank: before }) }, `${by > 0 ? "▲" : "▼"}${Math.abs(by)}`);
}

// A score that rests on too little data to rank by is hatched, so that it does not shine.
function heatCell(row, key, label, { score: value, coverage }) {
  const step = value === null || coverage < model.coverage_floor ? "thin" : Math.min(4, Math.floor(value / 20));
  return h("button", {
    type: "button", class: `heat-${step}`, "data-key": `heat ${row} ${key}`,
    "aria-label": `${say(page.units[row].name)} ${say(label)} ${whole(value)}`,
    click: () => {
      state.open = new Set([key]);
      choose(row);
      byId("card").querySelector("details.scenario[open]")?.scrollIntoView({ block: "center" });
    },
  }, value === null ? "?" : whole(value));
}
