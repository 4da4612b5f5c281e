"use strict";
// Make elements and texts. Text is only ever set as text: a name in the data can never become markup.

let language = 0;

function say(pair) {
  return pair[language];
}

function word(key, values = {}) {
  return page.words[key][language].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function h(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
}

function people(number) {
  if (number === null) return word("unknown");
  if (number < 0) return `<${page.suppress_below}`;
  return number.toLocaleString("en-US");
}

function percent(share) {
  if (share === null || share === undefined) return word("unknown");
  const value = 100 * share;
  return `${value > 0 && value < 0.95 ? value.toFixed(1) : Math.round(value)}%`;
}

// A share that may be higher is a range, or a least where it may be all (answer.py says it the same way).
function percentRange([share, unknown]) {
  if (share === null) return word("unknown");
  const low = percent(share);
  const high = percent(Math.min(1, share + (unknown ?? 0)));
  if (low === high) return low;
  if (low === "0%" && high === "100%") return word("cannot_know");
  return high === "100%" ? word("at_least", { share: low }) : `${low.replace("%", "")}–${high}`;
}

function whole(number) {
  return number === null ? word("unknown") : String(Math.round(number));
}

// A value with no more digits than it carries: three figures, or the whole number.
function figure(value) {
  const size = Math.abs(value);
  return size >= 100 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toFixed(size >= 10 ? 1 : 2)));
}

// Bar with whisker for a score 0–100; hatched where it is unknown.
function bar([score, low, high]) {
  const track = h("span", { class: score === null ? "bar hatched" : "bar" });
  if (score !== null) {
    const value = h("span", { class: "value" });
    value.style.width = `${score}%`;
    track.append(value);
  }
  if (low !== null && high !== null && score !== null) {
    const whisker = h("span", { class: "whisker" });
    whisker.style.left = `${low}%`;
    whisker.style.width = `${Math.max(high - low, 0)}%`;
    track.append(whisker);
  }
  return track;
}

// Coverage as a ring filled by share.
function ring(share) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", "0 0 16 16");
  picture.setAttribute("class", "ring");
  for (const [name, length] of [["rest", 1], ["part", share ?? 0]]) {
    const circle = document.createElementNS(space, "circle");
    circle.setAttribute("cx", 8);
    circle.setAttribute("cy", 8);
    circle.setAttribute("r", 6);
    circle.setAttribute("class", name);
    circle.setAttribute("stroke-dasharray", `${37.7 * length} 37.7`);
    circle.setAttribute("transform", "rotate(-90 8 8)");
    picture.append(circle);
  }
  return picture;
}

function resultSign(result) {
  const canvas = h("canvas", { width: 28, height: 28, class: "sign", role: "img", "aria-label": word(`result_${result}`) });
  const pen = canvas.getContext("2d");
  pen.scale(2, 2);
  drawResult(pen, result, 7, 7, 5.5);
  return canvas;
}

function openDialog(title, ...content) {
  const dialog = document.getElementById("dialog");
  fill(
    dialog,
    h("button", { type: "button", class: "close", "aria-label": word("close"), click: () => dialog.close() }, "×"),
    h("h2", {}, title),
    ...content,
  );
  dialog.showModal();
}
