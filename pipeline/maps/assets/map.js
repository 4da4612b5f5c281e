"use strict";
// Draw the district: the shapes, in which order and colour, the numbered candidates, and what lies under a click.

const shapes = Object.fromEntries(
  Object.entries(page.shapes).filter(([name]) => !["streets", "unit_labels", "compound_labels", "address_points"].includes(name))
    .map(([name, list]) => [name, decodeShapes(list)]),
);
const streets = Object.fromEntries(Object.entries(page.shapes.streets).map(([name, list]) => [name, decodeShapes(list)]));
const spots = {
  addresses: page.shapes.address_points.map(([x, y]) => toWorld(x, y)),
  compounds: page.shapes.compound_labels.map(([x, y]) => toWorld(x, y)),
  facilities: page.facilities.map(([, , x, y]) => toWorld(x, y)),
  gates: page.gates.map(([, , , x, y]) => toWorld(x, y)),
};
const ranked = page.units.map((unit, i) => [unit, i]).filter(([unit]) => unit.rank !== null);

// Lists of shapes by class of the legend; made once a theme.
function classed(list) {
  const { theme } = state;
  if (!theme.members) {
    theme.members = theme.legend.map(() => []);
    for (let i = 0; i < theme.classes.length; i += 1) {
      if (theme.classes[i] !== "-") theme.members[theme.classes.charCodeAt(i) - 48].push(i);
    }
  }
  return theme.members.map((rows) => rows.map((i) => list[i]));
}

function drawMap(view) {
  const { theme } = state;
  const colours = page.colours;
  const areal = ["units", "compounds", "catchments"].includes(theme.paints);
  const grey = hatch(view.pen);
  view.still("ground", drawGround);
  if (areal && theme.group !== "answer") drawAreas(view, shapes[theme.paints], grey);
  if (theme.group === "answer") drawAnswer(view);
  view.still("streets", drawStreets);
  const quiet = areal && theme.group !== "answer" ? "rgba(60,58,52,.16)" : colours.buildings;
  view.still(`buildings ${quiet}`, (own) => own.fillEach(shapes.buildings, quiet));
  if (theme.paints === "addresses") drawAddresses(view, grey);
  else view.still(`addresses ${quiet}`, (own) => own.fillEach(shapes.addresses, quiet));
  drawOutlines(view);
  if (state.overlays.walls || theme.walls) drawWalls(view);
  if (theme.paints === "units" || theme.paints === "compounds") drawResults(view);
  if (theme.paints === "gates") drawGains(view);
  drawFacilities(view);
  drawWalk(view);
  drawOffSheet(view);
  drawLabels(view);
}

function drawGround(view) {
  const { colours } = page;
  for (const kind of ["green", "sea", "water", "river"]) {
    view.fillEach(shapes[kind], kind === "green" ? colours.green : colours.water);
    view.stroke(shapes[`${kind}_lines`], kind === "green" ? colours.green : colours.water, Math.max(1, (view.zoom - 11) * 1.2));
  }
  view.stroke(shapes.coast, "#9fc3d6", 1.6);
}

// What lies beyond the mapped sheet is left blank: the sea ends there as the streets do, because the data do.
function drawOffSheet(view) {
  const { pen, size } = view;
  pen.beginPath();
  pen.rect(0, 0, size.x, size.y);
  view.trace(shapes.sheet[0], true);
  pen.fillStyle = "#fff";
  pen.fill("evenodd");
  view.stroke(shapes.sheet, page.colours.casing, 1, { close: true });
}

function drawAreas(view, list, grey) {
  const { theme } = state;
  const nested = theme.paints === "catchments"; // the larger holds the smaller, and is drawn first
  const order = [...classed(list).entries()];
  if (nested) order.reverse();
  order.forEach(([c, members]) => {
    const { colour, mark } = theme.legend[c];
    if (mark === "unknown" || mark === "hatch") view.fillEach(members, grey);
    else {
      view.pen.globalAlpha = mark === "dash" ? 0.4 : nested ? 1 : 0.82;
      view.fillEach(members, colour);
      view.pen.globalAlpha = 1;
    }
    view.stroke(members, mark === "dash" ? colour : "rgba(255,255,255,.9)", mark === "dash" ? 2 : 1, { close: true, dash: mark === "dash" ? [6, 4] : [] });
  });
}

// Results are told by shape as well as by colour.
function drawResults(view) {
  const { theme } = state;
  const labels = page.shapes[theme.paints === "units" ? "unit_labels" : "compound_labels"];
  const radius = Math.min(7, view.zoom - 9);
  theme.members.forEach((rows, c) => {
    const { mark } = theme.legend[c];
    if (!(mark in page.colours.result)) return;
    for (const i of rows) {
      const spot = toWorld(...labels[i]);
      if (!view.seesPoint(spot)) continue;
      const [x, y] = view.at(spot);
      const aside = theme.paints === "units" && page.units[i].rank !== null && page.units[i].rank <= page.top_k ? 24 : 0;
      view.pen.beginPath(); // a white rim, since the ground has the sign's own colour
      view.pen.arc(x + aside, y, radius + 2, 0, 2 * Math.PI);
      view.pen.fillStyle = "#fff";
      view.pen.fill();
      drawResult(view.pen, mark, x + aside, y, radius);
      view.taken.push([x + aside - radius, y - radius, x + aside + radius, y + radius]);
    }
  });
}

function drawAnswer(view) {
  const [best] = classed(shapes.units);
  view.pen.globalAlpha = 0.09;
  view.fillEach(best, page.colours.accent);
  view.pen.globalAlpha = 1;
}

const STREET_WIDTHS = { path: 1, service: 2, minor: 3.4, middle: 5.5, major: 8 };

function drawStreets(view) {
  const { colours } = page;
  const grow = 2 ** ((view.zoom - 15.5) * 0.75);
  const order = Object.entries(STREET_WIDTHS).filter(([name]) => view.zoom >= { path: 15, service: 14.25, minor: 12.5 }[name] || !(name in { path: 0, service: 0, minor: 0 }));
  for (const [name, width] of order) {
    if (name === "path") view.stroke(streets.path, colours.casing, Math.max(0.7, grow), { dash: [3, 3] });
    else view.stroke(streets[name], colours.casing, width * grow + 1.4);
  }
  for (const [name, width] of order) {
    if (name !== "path") view.stroke(streets[name], colours.streets, Math.max(0.6, width * grow));
  }
  view.stroke(shapes.railway, colours.railway, 2.2);
  view.stroke(shapes.railway, "#fff", 1.2, { dash: [6, 6] });
}

function drawAddresses(view, grey) {
  const { theme } = state;
  const undrawn = shapes.addresses.filter((_, i) => theme.classes[i] === "-");
  view.fillEach(undrawn, page.colours.buildings);
  const radius = Math.max(1.5, (view.zoom - 11.5) * 0.9);
  theme.members || classed(shapes.addresses);
  theme.members.forEach((rows, c) => {
    const { colour, mark } = theme.legend[c];
    const style = mark === "hatch" ? grey : colour;
    const built = rows.filter((i) => shapes.addresses[i].parts.length).map((i) => shapes.addresses[i]);
    view.fillEach(built, style);
    if (mark === "hatch" && view.zoom >= 15) view.stroke(built, "#9a9a9a", 0.6, { close: true });
    view.pen.beginPath();
    for (const i of rows) {
      if (shapes.addresses[i].parts.length || !view.seesPoint(spots.addresses[i])) continue;
      const [x, y] = view.at(spots.addresses[i]);
      view.pen.moveTo(x + radius, y);
      view.pen.arc(x, y, radius, 0, 2 * Math.PI);
    }
    view.pen.fillStyle = style;
    view.pen.fill();
  });
}

function drawWalls(view) {
  view.stroke(shapes.walls, page.colours.wall, view.zoom >= 15 ? 1.8 : 1);
  if (state.theme.paints === "gates") return; // gates are painted by what they would bring
  const radius = Math.max(1.6, Math.min(5, (view.zoom - 12.5) * 1.5));
  page.gates.forEach(([mark, inferred], i) => {
    if (!view.seesPoint(spots.gates[i])) return;
    if (mark === "gate_blocked" && view.zoom < 15) return;
    const [x, y] = view.at(spots.gates[i]);
    drawGate(view.pen, mark, x, y, radius);
    if (inferred && radius > 3) {
      view.pen.setLineDash([1.5, 2]);
      view.pen.beginPath();
      view.pen.arc(x, y, radius + 2.5, 0, 2 * Math.PI);
      view.pen.stroke();
      view.pen.setLineDash([]);
    }
  });
}

// Openings as circles, the larger the more people come within reach; the most on top.
function drawGains(view) {
  classed(page.gates);
  const grow = Math.max(0.75, Math.min(1.6, (view.zoom - 10) / 4));
  [...state.theme.members.entries()].reverse().forEach(([c, rows]) => {
    for (const i of rows) {
      if (view.seesPoint(spots.gates[i])) drawGain(view.pen, state.theme.legend[c], ...view.at(spots.gates[i]), grow);
    }
  });
}

function drawWalk(view) {
  const steps = state.chosen?.steps;
  if (!steps) return;
  const worlds = steps.map((step) => step.lines.map((line) => line.map(([x, y]) => toWorld(x, y))));
  const line = (lines, style, width, dash = []) => {
    view.pen.beginPath();
    for (const points of lines) points.map((spot) => view.at(spot)).forEach(([x, y], i) => (i ? view.pen.lineTo(x, y) : view.pen.moveTo(x, y)));
    Object.assign(view.pen, { strokeStyle: style, lineWidth: width, lineCap: dash.length ? "butt" : "round", lineJoin: "round" });
    view.pen.setLineDash(dash);
    view.pen.stroke();
    view.pen.setLineDash([]);
  };
  const colour = page.colours.walk;
  worlds.forEach((lines) => line(lines, "#fff", 8));
  steps.forEach((step, i) => {
    const dash = { access: [2, 4], steps: [3, 2] }[step.kind] ?? [];
    line(worlds[i], i === state.step ? page.colours.gate : colour, i === state.step ? 6 : 4, dash);
  });
  steps.forEach((step, i) => {
    if (step.kind === "gate") drawGate(view.pen, page.gates[step.gate][0], ...view.at(worlds[i][0][0]), 5);
  });
  const end = worlds[worlds.length - 1].at(-1).at(-1);
  drawGlyph(view.pen, state.chosen.to, ...view.at(end), 17);
}

function drawOutlines(view) {
  const outline = (rows, colour, width, dash = []) => {
    const list = rows.map((i) => shapes.units[i]);
    view.stroke(list, "rgba(255,255,255,.95)", width + 3, { close: true });
    view.stroke(list, colour, width, { close: true, dash });
  };
  if (state.overlays.candidates) {
    if (state.theme.group === "answer") {
      const loose = page.units.map((_, i) => i).filter((i) => page.units[i].kind === "proposed" && page.units[i].rank === null);
      view.stroke(loose.map((i) => shapes.units[i]), page.colours.muted, 1, { close: true, dash: [4, 3] });
    }
    const best = ranked.filter(([unit]) => unit.rank <= page.top_k).map(([, i]) => i).reverse();
    if (state.theme.group === "answer") outline(ranked.filter(([unit]) => unit.rank > page.top_k).map(([, i]) => i), page.colours.ranked, 1.2);
    outline(best, page.colours.accent, 2);
  }
  if (state.theme.committees) {
    const rows = page.units.map((_, i) => i).filter((i) => page.units[i].kind === "committee");
    view.stroke(rows.map((i) => shapes.units[i]), page.colours.ink, 1.6, { close: true, dash: [7, 4] });
  }
  if (state.chosen?.kind === "unit") outline([state.chosen.row], page.colours.accent, 3.4);
  if (state.chosen?.kind === "compound") view.stroke([shapes.compounds[state.chosen.row]], page.colours.ink, 2.4, { close: true });
  if (state.chosen?.kind === "address") {
    view.stroke([shapes.addresses[state.chosen.row]], page.colours.ink, 2.4, { close: true });
    ringAt(view, spots.addresses[state.chosen.row], 10);
  }
  if (state.chosen?.kind === "gate") ringAt(view, spots.gates[state.chosen.row], 11);
  if (state.chosen?.kind === "facility") ringAt(view, spots.facilities[state.chosen.row], 12);
}

function ringAt(view, spot, radius) {
  const [x, y] = view.at(spot);
  view.pen.beginPath();
  view.pen.arc(x, y, radius, 0, 2 * Math.PI);
  view.pen.strokeStyle = page.colours.ink;
  view.pen.lineWidth = 2;
  view.pen.stroke();
}

function drawFacilities(view) {
  const wanted = state.theme.facilities || (state.overlays.facilities ? "*" : "");
  if (!wanted) return;
  const side = view.zoom >= (wanted === "*" ? 15.5 : 13.5) ? 13 : 0;
  page.facilities.forEach(([name], i) => {
    if ((wanted !== "*" && wanted !== name) || !view.seesPoint(spots.facilities[i])) return;
    const [x, y] = view.at(spots.facilities[i]);
    const box = [x - side / 2, y - side / 2, x + side / 2, y + side / 2];
    const crowded = view.taken.some((b) => b[0] < box[2] && b[2] > box[0] && b[1] < box[3] && b[3] > box[1]);
    if (side && !crowded) {
      view.taken.push(box);
      drawGlyph(view.pen, name, x, y, side);
    } else {
      view.pen.fillStyle = "rgba(31,35,40,.6)";
      view.pen.fillRect(x - 1.2, y - 1.2, 2.4, 2.4);
    }
  });
}

function drawLabels(view) {
  for (const [unit, i] of ranked) {
    if (unit.rank > page.top_k) continue;
    const [x, y] = view.at(toWorld(...page.shapes.unit_labels[i]));
    view.taken.push([x - 14, y - 14, x + 14, y + 14]);
  }
  if (!state.overlays.names) return;
  if (view.zoom >= 14.5) {
    for (const [name, px, py, dx, dy] of page.names) {
      const spot = toWorld(px, py);
      if (!view.seesPoint(spot)) continue;
      let angle = -Math.atan2(dy, dx);
      if (Math.abs(angle) > Math.PI / 2) angle -= Math.sign(angle) * Math.PI;
      view.label(name, view.at(spot), { size: 10.5, colour: page.colours.muted, angle });
    }
  }
  if (view.zoom < 16) return;
  page.compounds.forEach((compound, i) => {
    if (view.seesPoint(spots.compounds[i])) view.label(say(compound.name), view.at(spots.compounds[i]), { size: 11.5, colour: page.colours.ink });
  });
}

function addMarkers() {
  for (const [unit, i] of ranked) {
    if (unit.rank > page.top_k) continue;
    const number = h("span", { class: "number" }, String(unit.rank));
    const icon = L.divIcon({ html: number, className: "candidate", iconSize: [26, 26] });
    const marker = L.marker(toLatLng(page.shapes.unit_labels[i]), { icon, keyboard: true, riseOnHover: true, zIndexOffset: 100 - unit.rank });
    marker.addTo(map).on("click keypress", (event) => {
      if (event.type === "click" || event.originalEvent.key === "Enter") select("unit", i);
    });
    marker.getElement().setAttribute("aria-label", `${unit.rank} ${unit.name.join(" ")}`);
  }
}

function shapeBounds(list) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const shape of list) {
    box[0] = Math.min(box[0], shape.box[0]);
    box[1] = Math.min(box[1], shape.box[1]);
    box[2] = Math.max(box[2], shape.box[2]);
    box[3] = Math.max(box[3], shape.box[3]);
  }
  return L.latLngBounds([[0, 1], [2, 3]].map(([x, y]) => map.unproject(L.point(box[x], box[y]), 0)));
}

function mappedInSight() {
  const [seen, sheet] = [map.getBounds(), shapeBounds(shapes.sheet)];
  if (!seen.intersects(sheet)) return seen;
  return L.latLngBounds(
    [Math.max(seen.getSouth(), sheet.getSouth()), Math.max(seen.getWest(), sheet.getWest())],
    [Math.min(seen.getNorth(), sheet.getNorth()), Math.min(seen.getEast(), sheet.getEast())],
  );
}

function showWhole() {
  map.fitBounds([[page.grid.south, page.grid.west], [page.grid.north, page.grid.east]], { animate: false });
}

// The best candidates; where there are none, the ground on which most addresses lie.
function showAnswer() {
  const best = ranked.filter(([unit]) => unit.rank <= page.top_k).map(([, i]) => shapes.units[i]);
  if (best.length) {
    map.fitBounds(shapeBounds(best), { animate: false, padding: [40, 40] });
    return map.panInsideBounds(shapeBounds(shapes.sheet), { animate: false });
  }
  if (!spots.addresses.length) return showWhole();
  const most = [0, 1].map((axis) => spots.addresses.map((spot) => spot[axis]).sort((a, b) => a - b))
    .map((values) => [values[Math.floor(0.05 * values.length)], values[Math.floor(0.95 * values.length)]]);
  return map.fitBounds(shapeBounds([{ box: [most[0][0], most[1][0], most[0][1], most[1][1]] }]), { animate: false });
}

// What lies under a click: what the theme paints first, then the smallest area.
function pick(latlng) {
  const at = map.project(latlng, 0);
  const spot = [at.x, at.y];
  const near = 9 / 2 ** map.getZoom();
  const wanted = state.theme.facilities;
  if (wanted) {
    const f = spots.facilities.findIndex(([x, y], i) =>
      (wanted === "*" || page.facilities[i][0] === wanted) && Math.abs(x - spot[0]) < near && Math.abs(y - spot[1]) < near);
    if (f >= 0) return { kind: "facility", row: f };
  }
  if (state.theme.walls || state.overlays.walls) {
    const near = (i) => Math.hypot(spots.gates[i][0] - spot[0], spots.gates[i][1] - spot[1]);
    const shown = (i) => state.theme.paints !== "gates" || state.theme.classes[i] !== "-";
    const gates = spots.gates.map((_, i) => i).filter((i) => shown(i) && near(i) < 10 / 2 ** map.getZoom());
    if (gates.length) return { kind: "gate", row: gates.reduce((a, b) => (near(b) < near(a) ? b : a)) };
  }
  const inside = (list, good = () => true) => list.findIndex((shape, i) => good(i) && contains(shape, spot));
  if (["addresses", "catchments"].includes(state.theme.paints) || state.theme.walls || map.getZoom() >= 16) {
    let a = inside(shapes.addresses);
    if (a < 0) {
      a = spots.addresses.findIndex(([x, y], i) =>
        !shapes.addresses[i].parts.length && Math.abs(x - spot[0]) < near && Math.abs(y - spot[1]) < near);
    }
    if (a >= 0) return { kind: "address", row: a };
  }
  if (state.theme.paints !== "units") {
    const c = inside(shapes.compounds);
    if (c >= 0) return { kind: "compound", row: c };
  }
  const painted = state.theme.paints === "units" ? (i) => state.theme.classes[i] !== "-" : () => true;
  const u = inside(shapes.units, painted);
  return u >= 0 ? { kind: "unit", row: u } : null;
}
