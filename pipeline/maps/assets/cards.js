"use strict";
// Build what cards share, on the map and on the committee's page.

const CARD_CLASSES = ["kindergarten", "elderly_station"];

function tile(label, value) {
  return h("div", { class: "tile" }, h("span", { class: "note" }, label), h("b", {}, value));
}

function pill(kind, text) {
  return h("span", { class: `pill ${kind}` }, text);
}

function link(text, action) {
  return h("button", { type: "button", class: "link", click: action }, text);
}

function section(key, ...content) {
  return h("section", {}, h("h3", {}, word(key)), ...content);
}

function interval([, low, high]) {
  return low === null || high === null ? "" : `（${Math.round(low)}–${Math.round(high)}）`;
}

function indicatorLine([id, value, low, high, points, evidence, note]) {
  const [label, unit, target, clause, source] = page.indicators[id];
  const known = value === null ? word("unknown") : `${figure(value)} ${unit}`;
  const range = low !== null && high !== null && low !== high ? ` (${figure(low)}–${figure(high)})` : "";
  return h(
    "li", {},
    h("details", {},
      h("summary", {}, h("span", {}, `${id} ${say(label)}`), h("b", {}, points === null ? word("unknown") : whole(points))),
      h("p", { class: "note" },
        `${known}${range} · ${word("target")} ${target} ${unit} · ${word("evidence_share")} ${percent(evidence)}`),
      note ? h("p", { class: "note" }, note) : "",
      h("p", { class: "note" }, `${word("clause")} ${clause} · ${word("source")} ${source}`)),
  );
}

// Lists that begin with a rule, in the catalogue's order.
function inOrder(list) {
  const order = Object.keys(page.rules);
  return list.sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
}

function limitsSection() {
  return h("section", { class: "limits" }, h("details", {}, h("summary", {}, word("limits")),
    h("ul", {}, [1, 2, 3, 4, 5, 6].map((i) => h("li", {}, word(`limit_${i}`))))));
}

function sizePill(unit) {
  const size = unit.near_miss ? "near_miss" : unit.size_result;
  return pill(`size-${size}`, word(`size_${size}`));
}

// All findings on a unit: its own, and those on its compounds, grouped by rule.
function findings(unit) {
  const groups = new Map();
  const note = (rule, result, reason, compound) => {
    if (!groups.has(rule)) groups.set(rule, { own: null, parts: [] });
    if (compound === null) groups.get(rule).own = { result, reason };
    else groups.get(rule).parts.push({ result, reason, compound });
  };
  for (const [rule, result, ...reason] of unit.rules) note(rule, result, reason, null);
  for (const c of unit.compounds) for (const [rule, result, ...reason] of page.compounds[c].rules) note(rule, result, reason, c);
  return inOrder([...groups]);
}

// The unit's own result; of a rule on compounds, how many have which.
function resultSigns({ own, parts }) {
  if (own) return resultSign(own.result);
  return ["pass", "defer", "fail", "unknown"].map((result) => [result, parts.filter((part) => part.result === result).length])
    .filter(([, n]) => n)
    .map(([result, n]) => [resultSign(result), h("span", { class: "note" }, n)]);
}

function ruleName(rule) {
  return `${rule} ${say(page.rules[rule].name)}`;
}

function clauseLink(rule) {
  const entry = page.rules[rule];
  return link(word("clause"), () => openDialog(
    `${rule} ${say(entry.name)}`,
    h("p", { class: "note" }, `${entry.clause} · ${word(`effect_${entry.effect}`)}`),
    h("blockquote", { lang: "zh-CN" }, entry.quote),
  ));
}

// A paper is a deciding rule that is unknown, of the unit or of a compound that no rule bars.
function papersSection(unit) {
  if (unit.kind !== "proposed") return "";
  const barred = new Set(unit.compounds.filter((c) =>
    page.compounds[c].rules.some(([rule, result]) => result === "fail" && page.rules[rule].effect === "exclude")));
  const lines = findings(unit).filter(([rule]) => page.rules[rule].decides).map(([rule, group]) => {
    const lacking = group.parts.filter((part) => part.result === "unknown" && !barred.has(part.compound));
    if (group.own?.result !== "unknown" && !lacking.length) return null;
    const names = lacking.slice(0, 3).map((part) => say(page.compounds[part.compound].name)).join(language ? ", " : "、");
    const more = lacking.length > 3 ? ` +${lacking.length - 3}` : "";
    return h("li", {}, ruleName(rule), names ? ` · ${names}${more}` : "", " ", clauseLink(rule));
  }).filter(Boolean);
  const title = unit.papers === null ? "" : ` ${word("papers_count", { n: unit.papers })}`;
  return h("section", {}, h("h3", {}, word("papers") + title),
    lines.length ? h("ul", {}, lines) : h("p", {}, word("papers_none")));
}

function rulesSection(unit) {
  const groups = findings(unit);
  if (!groups.length) return "";
  return section("rules", h("p", { class: "note" }, word("rules_about")), h("ul", { class: "rules" }, groups.map(([rule, group]) => h(
    "li", {},
    h("details", {},
      h("summary", {}, h("span", {}, ruleName(rule)), h("span", { class: "signs" }, resultSigns(group))),
      group.own ? h("p", { class: "note" }, say(group.own.reason)) : "",
      h("ul", { class: "parts" }, group.parts.filter((part) => part.result !== "pass").map((part) => h(
        "li", {}, resultSign(part.result), link(say(page.compounds[part.compound].name), () => select("compound", part.compound)),
        h("span", { class: "note" }, ` ${say(part.reason)}`)))),
      h("p", {}, clauseLink(rule))),
  ))));
}

function reachSection(reach) {
  const rows = Object.keys(page.classes).filter((name) => name in reach).map((name) => [name, reach[name]]);
  if (!rows.length) return "";
  return section("reach", h("table", {}, rows.map(([name, pair]) => h(
    "tr", {}, h("th", { scope: "row" }, say(page.classes[name])), h("td", {}, shareBar(pair)), h("td", {}, percentRange(pair)),
  ))));
}

// Served, then hatched what cannot be known; the rest is not served.
function shareBar([share, unknown]) {
  const track = h("span", { class: "bar" });
  for (const [kind, value] of [["value", share], ["hatched", unknown]]) {
    const piece = h("span", { class: `piece ${kind}` });
    piece.style.width = `${100 * (value ?? 0)}%`;
    track.append(piece);
  }
  return track;
}
