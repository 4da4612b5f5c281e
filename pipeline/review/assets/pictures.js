"use strict";
// Draw small pictures: how a value becomes points, and where a candidate lies.

function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== ""));
  return made;
}

// Points at a value: straight between breakpoints, held outside.
function pointsAt(breakpoints, value) {
  const next = breakpoints.findIndex(([at]) => at >= value);
  if (next === 0) return breakpoints[0][1];
  if (next < 0) return breakpoints.at(-1)[1];
  const [[x0, y0], [x1, y1]] = [breakpoints[next - 1], breakpoints[next]];
  return y0 + (value - x0) / (x1 - x0) * (y1 - y0);
}

// The line from value to points; a band for the interval of the value, a dot for the value, a dashed line for the target.
function pointsCurve(breakpoints, target, { value, value_low: low, value_high: high }) {
  const [width, height, left, right, top, bottom] = [440, 150, 34, 14, 12, 24];
  const seen = [...breakpoints.map(([at]) => at), target, value, low, high].filter((each) => each !== null);
  const [least, most] = [Math.min(...seen), Math.max(...seen)];
  const x = (at) => left + (at - least) / (most - least || 1) * (width - left - right);
  const y = (points) => top + (100 - points) / 100 * (height - top - bottom);
  const line = [[least, pointsAt(breakpoints, least)], ...breakpoints, [most, pointsAt(breakpoints, most)]];
  const path = line.map(([at, points]) => `${x(at)},${y(points)}`).join(" ");
  let lastLabel = -Infinity;
  const ticks = breakpoints.map(([at]) => {
    if (x(at) - lastLabel < 34) return "";
    lastLabel = x(at);
    return svg("text", { x: x(at), y: height - 8, "text-anchor": "middle" }, figure(at));
  });
  return svg(
    "svg", { viewBox: `0 0 ${width} ${height}`, class: "curve", role: "img", "aria-label": word("curve_label") },
    [0, 50, 100].map((points) => [
      svg("line", { x1: left, x2: width - right, y1: y(points), y2: y(points), class: "rule" }),
      svg("text", { x: left - 6, y: y(points) + 4, "text-anchor": "end" }, String(points)),
    ]),
    low === null || high === null ? "" : svg("rect", { x: x(low), y: top, width: Math.max(x(high) - x(low), 1), height: height - top - bottom, class: "band" }),
    svg("line", { x1: x(target), x2: x(target), y1: top, y2: height - bottom, class: "target" }),
    svg("polyline", { points: path }),
    ticks,
    value === null ? "" : svg("circle", { cx: x(value), cy: y(pointsAt(breakpoints, value)), r: 5 }),
  );
}

const outlines = decodeShapes(page.outlines);

// All candidates' outlines, one of them filled.
function whereMap(row) {
  const box = [0, 1, 2, 3].map((side) => Math[side < 2 ? "min" : "max"](...outlines.map((shape) => shape.box[side])));
  const scale = 1000 / (box[2] - box[0]);
  const height = Math.round(scale * (box[3] - box[1]));
  const path = (shape) => shape.parts.map((part) => {
    const corners = [];
    for (let i = 0; i < part.length; i += 2) {
      corners.push(`${((part[i] - box[0]) * scale).toFixed(1)} ${((part[i + 1] - box[1]) * scale).toFixed(1)}`);
    }
    return `M${corners.join("L")}Z`;
  }).join("");
  const drawn = outlines.map((shape, i) => svg("path", { d: path(shape), class: i === row ? "here" : "" }));
  return svg(
    "svg", { viewBox: `-8 -8 1016 ${height + 16}`, class: "where", role: "img", "aria-label": word("where_label", { name: say(page.units[row].name) }) },
    drawn.filter((_, i) => i !== row), drawn[row],
  );
}
