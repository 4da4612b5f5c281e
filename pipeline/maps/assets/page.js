"use strict";
// Run the page: what is shown, what is chosen, and what the reader does to change it.

const GROUPS = [
  "answer", "units", "scenarios", "walk", "unserved", "gates", "eligibility", "progress", "facilities", "quality",
];
const groups = GROUPS.filter((group) => page.themes.some((theme) => theme.group === group));
const state = {
  theme: page.themes[0],
  chosen: null,
  overlays: { candidates: true, walls: false, facilities: false, names: true },
  step: null,
};
const CARDS = { unit: unitCard, compound: compoundCard, address: addressCard, facility: facilityCard, gate: gateCard };
let map;
let painter;

// --------------------------------------------------------------------------------------------- the panels

function select(kind, row, { move = false, to = null } = {}) {
  state.chosen = kind === null ? null : { kind, row };
  state.step = null;
  if (kind === "address") state.chosen.to = to ?? firstClass(row);
  renderCard();
  renderRanking();
  if (move) showChosen();
  painter.redraw();
  writeHash();
  if (kind === "address") chooseWalk(state.chosen.to);
}

function showChosen() {
  const { kind, row } = state.chosen;
  const point = { facility: () => page.facilities[row].slice(2, 4), gate: () => page.gates[row].slice(3, 5), address: () => page.shapes.address_points[row] }[kind];
  if (point) map.setView(toLatLng(point()), Math.max(16, map.getZoom()), { animate: false });
  else map.fitBounds(shapeBounds([shapes[kind === "unit" ? "units" : "compounds"][row]]), { animate: false, padding: [60, 60], maxZoom: 17 });
}

function setTheme(theme) {
  state.theme = theme;
  renderLayers();
  renderLegend();
  painter.redraw();
  writeHash();
}

function renderFrame() {
  renderWords();
  byId("search").placeholder = word("search");
  byId("search").setAttribute("aria-label", word("search"));
  fill(
    byId("foot"),
    h("span", {}, `${word("foot_data")} ${page.date}`),
    page.fictional ? h("span", {}, word("fictional")) : "",
    h("span", {}, word("foot_estimated")),
    link(word("foot_method"), showSources),
    h("span", { class: "print-only" }, [...new Set(page.sources.map(([, source, , licence]) => `${source} (${licence})`))].join("; ")),
  );
}

function renderAnswer() {
  fill(byId("answer"), page.answer.map((sentence) => [say(sentence), language ? " " : ""]).flat().map(strongParts));
}

function renderRanking() {
  const best = ranked.slice(0, page.top_k);
  const more = ranked.slice(page.top_k);
  const loose = page.units.map((unit, i) => [unit, i]).filter(([unit]) => unit.kind === "proposed" && unit.rank === null);
  const folded = (key, rows) => rows.length
    ? h("details", { open: rows.some(([, i]) => isChosen(i)) || (!ranked.length && rows === loose) },
        h("summary", {}, word(key, { n: rows.length })), rows.map(rankRow)) : "";
  fill(byId("ranking"), best.map(rankRow), folded("more_ranked", more), folded("unranked_list", loose));
}

function isChosen(i) {
  return state.chosen?.kind === "unit" && state.chosen.row === i;
}

function rankRow([unit, i]) {
  const [score, low, high, coverage] = unit.score;
  return h(
    "button",
    { type: "button", class: "rank", "aria-pressed": String(isChosen(i)), "data-unit": unit.unit_id, click: () => select("unit", i, { move: true }) },
    h("span", { class: unit.rank === null ? "number none" : unit.rank <= page.top_k ? "number" : "number low" }, unit.rank === null ? "–" : String(unit.rank)),
    h("span", { class: "name", title: say(unit.name) }, say(unit.name)),
    unit.rank === null ? "" : h("span", { class: "standing" }, word("rank_line", { need: whole(unit.need), readiness: whole(unit.readiness) })),
    h("span", { class: "facts" }, resultSign(unit.eligible), bar([score, low, high]),
      h("span", { class: "note" }, whole(score), interval([score, low, high])),
      h("span", { class: "note" }, ring(coverage), percent(coverage))),
    say(unit.unranked) ? h("span", { class: "reason note" }, say(unit.unranked)) : "",
  );
}

function renderLayers() {
  fill(byId("chips"), groups.map((group) => h(
    "button",
    { type: "button", class: "chip", "data-group": group, "aria-pressed": String(group === state.theme.group), click: () => setTheme(page.themes.find((theme) => theme.group === group)) },
    word(`group_${group}`),
  )));
  const variants = page.themes.filter((theme) => theme.group === state.theme.group);
  const box = byId("variant");
  box.hidden = variants.length < 2;
  box.setAttribute("aria-label", word("choose"));
  fill(box, variants.map((theme) => h("option", { value: theme.theme, selected: theme === state.theme }, say(theme.title))));
  box.value = state.theme.theme;
  fill(byId("overlays"), Object.keys(state.overlays).map((name) => h(
    "label", {},
    h("input", { type: "checkbox", checked: state.overlays[name], change: (event) => { state.overlays[name] = event.target.checked; painter.redraw(); } }),
    word(`overlay_${name}`),
  )));
}

function renderLegend() {
  const { theme } = state;
  byId("legend-title").textContent = say(theme.legend_title);
  byId("sentence").textContent = say(theme.sentence);
  fill(byId("legend"), theme.grid ? needGrid(theme) : theme.legend.map((entry) => h(
    "div", { class: "line" }, swatch(entry), h("span", {}, say(entry.label)), h("span", { class: "count" }, entry.count),
  )));
}

// Need (rows, high on top) against readiness (columns), with the number of units in each cell.
function needGrid(theme) {
  const cell = (i) => {
    const made = h("td", { title: say(theme.legend[i].label) }, theme.legend[i].count);
    made.style.background = theme.legend[i].colour;
    made.style.color = i > 6 ? "#fff" : "#000";
    return made;
  };
  const rows = [2, 1, 0].map((need) => h(
    "tr", {}, h("th", { scope: "row" }, `${word("need")} ${word(`third_${need}`)}`), [0, 1, 2].map((ready) => cell(3 * need + ready)),
  ));
  const head = h("tr", {}, h("td", {}), [0, 1, 2].map((ready) => h("th", { scope: "col" }, `${word("readiness")} ${word(`third_${ready}`)}`)));
  const rest = theme.legend[9];
  return [
    h("table", { class: "grid" }, rows, head),
    h("div", { class: "line" }, swatch(rest), h("span", {}, say(rest.label)), h("span", { class: "count" }, rest.count)),
  ];
}

function renderCard() {
  const card = byId("card");
  const open = state.chosen !== null;
  const before = card.hidden;
  card.hidden = !open;
  document.body.classList.toggle("with-card", open);
  if (open) {
    fill(
      card,
      h("button", { type: "button", class: "close", "aria-label": word("close"), click: () => select(null) }, "×"),
      CARDS[state.chosen.kind](state.chosen.row),
    );
    card.scrollTop = 0;
  }
  if (before === open) map.invalidateSize({ animate: false, pan: false });
}

function renderPanels() {
  renderFrame();
  renderAnswer();
  renderRanking();
  renderLayers();
  renderLegend();
}

// ------------------------------------------------------------------------------------------ links and print

// What a link names: the kind of thing, its key in the link, and its id.
const LINKS = {
  unit: ["unit", (i) => page.units[i].unit_id, () => page.units.length],
  compound: ["compound", (i) => page.compounds[i].compound_id, () => page.compounds.length],
  address: ["building", (i) => page.addresses.id[i], () => page.addresses.id.length],
  facility: ["facility", (i) => page.facilities[i][5], () => page.facilities.length],
  gate: ["gate", (i) => page.gates[i][5], () => page.gates.length],
};
let shownHash = "";

function wantedHash() {
  const { chosen } = state;
  const parts = [["layer", state.theme.theme]];
  if (chosen) parts.push([LINKS[chosen.kind][0], LINKS[chosen.kind][1](chosen.row)]);
  if (chosen?.to) parts.push(["to", chosen.to]);
  if (language) parts.push(["lang", "en"]);
  return `#${parts.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&")}`;
}

// Each view is an entry of the browser's history, so that its back button goes back to the last.
function writeHash() {
  const hash = wantedHash();
  if (hash === shownHash) return;
  const first = shownHash === "";
  shownHash = hash;
  if (first) history.replaceState(null, "", hash);
  else location.hash = hash;
}

function readHash() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  language = wanted.get("lang") === "en" ? 1 : 0;
  state.theme = page.themes.find((theme) => theme.theme === wanted.get("layer")) ?? page.themes[0];
  for (const [kind, [key, id, count]] of Object.entries(LINKS)) {
    if (!wanted.has(key)) continue;
    for (let row = 0; row < count(); row += 1) {
      if (id(row) === wanted.get(key)) return [kind, row, wanted.get("to") in page.classes ? wanted.get("to") : null];
    }
  }
  return null;
}

// Show what the link names.
function openHash() {
  const named = readHash();
  shownHash = location.hash;
  renderPanels();
  if (named) select(named[0], named[1], { move: true, to: named[2] });
  else if (state.chosen) select(null);
  else painter.redraw();
}

// The paper shows what of the sheet is in sight; afterwards the map stands where it stood.
let screenView;

function setPrinting(on) {
  document.body.classList.toggle("printing", on);
  painter.sharpness = on ? 3 : window.devicePixelRatio || 1;
  painter.kept = on ? null : new Map();
  const seen = mappedInSight();
  if (on) screenView = [map.getCenter(), map.getZoom()];
  map.invalidateSize({ animate: false, pan: false });
  if (on) map.fitBounds(seen, { animate: false });
  else map.setView(...screenView, { animate: false });
  painter.redraw();
}

function startPage(made) {
  map = made;
  painter = new Painter(drawMap);
  const named = readHash();
  renderPanels();
  map.invalidateSize({ animate: false });
  showAnswer();
  map.addLayer(painter);
  addMarkers();
  startSearch();
  map.on("click", (event) => {
    const hit = pick(event.latlng);
    if (hit) select(hit.kind, hit.row);
    else if (state.chosen) select(null);
  });
  byId("language").addEventListener("click", () => {
    language = 1 - language;
    renderPanels();
    renderCard();
    painter.redraw();
    writeHash();
  });
  byId("variant").addEventListener("change", (event) => setTheme(page.themes.find((theme) => theme.theme === event.target.value)));
  byId("print").addEventListener("click", () => window.print());
  byId("zoom-in").addEventListener("click", () => map.zoomIn());
  byId("zoom-out").addEventListener("click", () => map.zoomOut());
  byId("whole").addEventListener("click", showWhole);
  byId("grip").addEventListener("click", () => {
    const closed = document.body.classList.toggle("panel-closed");
    byId("grip").setAttribute("aria-expanded", String(!closed));
  });
  window.addEventListener("beforeprint", () => setPrinting(true));
  window.addEventListener("afterprint", () => setPrinting(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.chosen && !byId("dialog").open && event.target !== byId("search")) select(null);
  });
  window.addEventListener("hashchange", () => {
    if (decodeURIComponent(location.hash) !== decodeURIComponent(shownHash)) openHash();
  });
  if (named) select(named[0], named[1], { move: true, to: named[2] });
  else writeHash();
}
