"use strict";
// Undo geometry.Grid: add the steps up again and project to Web Mercator, in pixels of zoom level 0.

const page = JSON.parse(document.getElementById("data").textContent);

function toWorld(x, y) {
  const longitude = page.grid.west + x * 1e-6;
  const latitude = page.grid.south + y * 1e-6;
  const sine = Math.sin(latitude * Math.PI / 180);
  return [256 * (longitude + 180) / 360, 128 - 64 * Math.log((1 + sine) / (1 - sine)) / Math.PI];
}

function toLatLng([x, y]) {
  return L.latLng(page.grid.south + y * 1e-6, page.grid.west + x * 1e-6);
}

// A shape is its lines or rings as flat [x, y, x, y, …] arrays, with its bounding box.
function decodeShape(lines) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const parts = lines.map((steps) => {
    const part = new Float64Array(steps.length);
    let x = 0;
    let y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      const at = toWorld(x, y);
      part[i] = at[0];
      part[i + 1] = at[1];
      box[0] = Math.min(box[0], at[0]);
      box[1] = Math.min(box[1], at[1]);
      box[2] = Math.max(box[2], at[0]);
      box[3] = Math.max(box[3], at[1]);
    }
    return part;
  });
  return { parts, box };
}

function decodeShapes(list) {
  return list.map(decodeShape);
}

function contains(shape, [x, y]) {
  if (x < shape.box[0] || x > shape.box[2] || y < shape.box[1] || y > shape.box[3]) return false;
  let inside = false;
  for (const ring of shape.parts) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const crosses = ring[i + 1] > y !== ring[j + 1] > y;
      if (crosses && x < (ring[j] - ring[i]) * (y - ring[i + 1]) / (ring[j + 1] - ring[i + 1]) + ring[i]) {
        inside = !inside;
      }
    }
  }
  return inside;
}
