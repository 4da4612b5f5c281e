"use strict";
// Run the committee's page: which part is shown, what is chosen, import and save.

const STEPS = ["scoring", "ranking", "comparison"];
const state = {
  step: "scoring",
  weights: [...model.scenario_weights],
  needWeight: model.need_weight,
  aggregate: model.aggregate,
  scored: null, // candidate in the scoring form
  chosen: null, // candidate whose card is open
  open: new Set(), // scenarios open in the card
  compared: [],
  unfolded: new Set(), // scenarios unfolded in the comparison
};

// Fill an element anew and keep the focus where it was.
function refill(element, ...children) {
  const focused = element.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  fill(element, ...children);
  if (focused !== undefined) [...element.querySelectorAll("[data-key]")].find((each) => each.dataset.key === focused)?.focus();
}

function choose(row) {
  state.chosen = row;
  renderBoard();
  renderCard();
  byId("card").scrollTop = 0;
}

function renderCard() {
  const card = byId("card");
  const open = state.chosen !== null && state.step === "ranking";
  card.hidden = !open;
  document.body.classList.toggle("with-card", open);
  if (open) refill(card, h("button", { type: "button", class: "close", "aria-label": word("close"), click: closeCard }, "×"), candidateCard(state.chosen));
}

function closeCard() {
  const row = state.chosen;
  choose(null);
  [...byId("board").querySelectorAll(".name")].find((each) => each.dataset.key === `name ${row}`)?.focus();
}

// The ranking and the comparison stay closed until round 1 is handed in.
function show(step) {
  if (ballot.round === 1 && step !== "scoring") {
    askHandIn();
    return;
  }
  state.step = step;
  if (step === "comparison" && !state.compared.length) state.compared = standing.slice(0, 3).map((each) => each.row);
  renderAll();
}

function renderSteps() {
  fill(byId("steps"), STEPS.map((step, i) => h(
    "button",
    { type: "button", class: "step", id: `step-${step}`, "aria-current": step === state.step ? "step" : null, click: () => show(step) },
    h("span", { class: "step-number", "aria-hidden": "true" }, String(i + 1)),
    word(`step_${step}`),
    ballot.round === 1 && step !== "scoring" ? h("span", { class: "note" }, ` ${word("step_locked")}`) : "",
    step === "comparison" && state.compared.length ? h("span", { class: "note" }, ` ${state.compared.length}`) : "",
  )));
}

function renderSaved() {
  const box = byId("saved");
  box.textContent = word(autosaved ? "autosaved" : "not_autosaved");
  box.classList.toggle("fault", !autosaved);
}

function renderAll() {
  renderWords();
  renderSteps();
  renderSaved();
  byId("member").value = ballot.member;
  for (const step of STEPS) byId(`part-${step}`).hidden = step !== state.step;
  document.body.dataset.step = state.step;
  if (state.step === "scoring") renderScoring();
  else {
    renderWeights();
    renderBoard();
    renderComparison();
  }
  renderCard();
  fill(
    byId("foot"),
    page.fictional ? h("span", {}, word("fictional")) : "",
    h("span", {}, `${word("foot_data")} ${page.date}`),
    h("span", {}, word("foot_estimated")),
    link(word("foot_method"), showSources),
  );
}

// ------------------------------------------------------------------------------------------------- import

async function importFile(event) {
  const [file] = event.target.files;
  event.target.value = "";
  if (!file) return;
  try {
    if (file.size > LONGEST.file) fault("file_large");
    const read = ballotOf(await file.text());
    if (!ballot.scores.size && !ballot.votes.size) adopt(read);
    else openDialog(
      word("import"),
      h("p", {}, word("import_replaces", { n: ballot.scores.size + ballot.votes.size })),
      h("p", { class: "steps" },
        h("button", { type: "button", class: "plain", click: () => byId("dialog").close() }, word("import_back")),
        h("button", { type: "button", class: "primary", id: "replace", click: () => { byId("dialog").close(); adopt(read); } }, word("import_do"))),
    );
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    openDialog(word("import_failed"), h("p", { class: "names" }, error.message));
  }
}

// Round 1 of a member who has seen the ranking stays as it was and is where round 2 starts from.
function adopt({ found, strangers, otherRun }) {
  const late = found.round === 1 && ballot.round === 2;
  if (found.round !== ballot.round && !late) state.step = found.round === 1 ? "scoring" : "ranking";
  if (late) firstRound = fileOf(found);
  else if (found.round === 1 || found.member !== ballot.member) firstRound = null;
  ballot = { ...found, date: null, round: late ? 2 : found.round };
  if (found.weights) Object.assign(state, { weights: found.weights });
  rankAnew();
  keep();
  renderAll();
  const notes = [
    word("import_done", { scores: found.scores.size, votes: found.votes.size }),
    otherRun ? word("import_other_run") : "",
    strangers ? word("import_strangers", { n: strangers }) : "",
  ];
  openDialog(word("import"), notes.filter(Boolean).map((note) => h("p", {}, note)));
}

function start() {
  recall();
  if (ballot.weights) state.weights = ballot.weights;
  rankAnew();
  const wanted = new URLSearchParams(location.hash.slice(1));
  if (wanted.get("lang") === "en") language = 1;
  if (ballot.round === 2) state.step = "ranking";
  const row = unitRow.get(wanted.get("unit"));
  state.scored = row ?? unitRow.get(byUnitId()[0]?.unit_id) ?? null;
  if (row !== undefined && ballot.round === 2) state.chosen = row;
  byId("language").addEventListener("click", () => {
    language = 1 - language;
    history.replaceState(null, "", language ? "#lang=en" : "#");
    renderAll();
  });
  byId("print").addEventListener("click", () => window.print());
  byId("save").addEventListener("click", () => download(fileOf(ballot)));
  byId("import").addEventListener("click", () => byId("file").click());
  byId("file").addEventListener("change", importFile);
  byId("reset").addEventListener("click", resetWeights);
  byId("member").addEventListener("change", (event) => {
    ballot.member = event.target.value.replace(/[\u0000-\u001f]/g, "").trim() || word("member_1");
    event.target.value = ballot.member;
    keep();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.chosen !== null && !byId("dialog").open) closeCard();
  });
  renderAll();
}

start();
