"use strict";
// What every page's frame has: its title and words in the chosen language, and the sources behind it.

function byId(id) {
  return document.getElementById(id);
}

function renderWords() {
  document.documentElement.lang = language ? "en" : "zh-CN";
  document.title = byId("title").textContent = say(page.title);
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of document.querySelectorAll("[data-label]")) {
    if (element.tagName === "BUTTON") element.title = word(element.dataset.label);
    element.setAttribute("aria-label", word(element.dataset.label));
  }
  byId("badge").hidden = !page.fictional;
  byId("language").textContent = word("language");
  byId("language").setAttribute("aria-label", word("language_name"));
}

// What stands out comes between private-use marks (text.strong).
function strongParts(text) {
  return h("span", {}, text.split(/[\ue000\ue001]/).map((piece, i) => i % 2 ? h("b", {}, piece) : piece));
}

function showSources() {
  openDialog(
    word("sources_title"),
    h("ul", {}, page.notes.map((note) => h("li", {}, say(note)))),
    h("table", { class: "sources" },
      h("tr", {}, ["source_layer", "source_source", "source_date", "source_licence"].map((key) => h("th", { scope: "col" }, word(key)))),
      page.sources.map(([label, source, date, licence]) => h("tr", {}, h("td", {}, say(label)), h("td", {}, source), h("td", {}, date), h("td", {}, licence)))),
  );
}
