"use strict";
// Find units, committees, compounds and facilities by name, pinyin or its initials; a combobox that works with keys alone.

function searchIndex() {
  const entry = (kind, row, label, what) => {
    const spelled = page.pinyin[{ unit: "units", compound: "compounds", facility: "facilities" }[kind]][row];
    return { kind, row, label, what, text: label.join(" ").toLowerCase(), spelled: spelled.split(" ") };
  };
  return [
    ...page.units.map((unit, i) => entry("unit", i, unit.name, unit.kind === "committee" ? "kind_committee" : "kind_unit")),
    ...page.compounds.map((compound, i) => entry("compound", i, compound.name, "kind_compound")),
    ...page.facilities.map(([, label], i) => entry("facility", i, label, "kind_facility")).filter((e) => e.text.trim()),
  ];
}

function startSearch() {
  const input = document.getElementById("search");
  const list = document.getElementById("found");
  const index = searchIndex();
  let hits = [];
  let active = -1;

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (hit) => {
    close();
    input.value = say(hit.label);
    select(hit.kind, hit.row, { move: true });
  };
  const mark = (next) => {
    active = next;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === active)));
    if (active >= 0) input.setAttribute("aria-activedescendant", `hit-${active}`);
  };
  const look = () => {
    const wanted = input.value.trim().toLowerCase();
    if (!wanted) return close();
    const letters = wanted.replace(/\s+/g, "");
    const rank = (e) => e.text.startsWith(wanted) ? 0 : e.text.includes(wanted) ? 1
      : e.spelled.some((s) => s && s.startsWith(letters)) ? 2 : e.spelled[0].includes(letters) && letters.length > 2 ? 3 : 9;
    hits = index.map((e) => [rank(e), e]).filter(([r]) => r < 9).sort(([a], [b]) => a - b).slice(0, 12).map(([, e]) => e);
    fill(list, hits.length
      ? hits.map((hit, i) => h("li", { role: "option", id: `hit-${i}`, mousedown: (e) => { e.preventDefault(); choose(hit); } },
          h("span", {}, say(hit.label)), h("span", { class: "note" }, word(hit.what))))
      : [h("li", { class: "note" }, word("search_none"))]);
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(hits.length ? 0 : -1);
  };
  input.addEventListener("input", look);
  input.addEventListener("focus", look);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && hits.length) mark((active + 1) % hits.length);
    else if (event.key === "ArrowUp" && hits.length) mark((active + hits.length - 1) % hits.length);
    else if (event.key === "Enter" && active >= 0 && !list.hidden) choose(hits[active]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}
