"use strict";
// Draw the signs of gates, facilities and results, the same on the map and in legends.

const FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",system-ui,sans-serif';

function drawGate(pen, mark, x, y, radius) {
  const colour = page.colours.gate;
  pen.lineWidth = 1.5;
  pen.strokeStyle = colour;
  pen.setLineDash(mark === "gate_inferred" ? [1.5, 1.5] : []);
  if (mark === "gate_blocked") {
    pen.beginPath();
    pen.moveTo(x - radius * 0.7, y - radius * 0.7);
    pen.lineTo(x + radius * 0.7, y + radius * 0.7);
    pen.moveTo(x + radius * 0.7, y - radius * 0.7);
    pen.lineTo(x - radius * 0.7, y + radius * 0.7);
    pen.stroke();
    return;
  }
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fillStyle = mark === "gate_public" ? colour : "#fff";
  pen.fill();
  pen.stroke();
  pen.setLineDash([]);
  pen.beginPath();
  if (mark === "gate_permit") {
    pen.arc(x, y, radius, Math.PI / 2, 1.5 * Math.PI);
    pen.fillStyle = colour;
    pen.fill();
  } else if (mark === "gate_closed") {
    pen.moveTo(x - radius * 0.7, y - radius * 0.7);
    pen.lineTo(x + radius * 0.7, y + radius * 0.7);
    pen.moveTo(x + radius * 0.7, y - radius * 0.7);
    pen.lineTo(x - radius * 0.7, y + radius * 0.7);
    pen.stroke();
  } else if (mark === "gate_unknown") {
    pen.arc(x, y, radius * 0.3, 0, 2 * Math.PI);
    pen.fillStyle = colour;
    pen.fill();
  }
}

function drawResult(pen, result, x, y, radius) {
  const colour = page.colours.result[result];
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fillStyle = result === "pass" ? colour : "#fff";
  pen.fill();
  pen.lineWidth = 1.5;
  pen.strokeStyle = result === "unknown" ? page.colours.muted : colour;
  pen.stroke();
  pen.beginPath();
  if (result === "defer") {
    pen.arc(x, y, radius, Math.PI / 2, 1.5 * Math.PI);
    pen.fillStyle = colour;
    pen.fill();
  } else if (result === "fail") {
    pen.moveTo(x - radius * 0.6, y - radius * 0.6);
    pen.lineTo(x + radius * 0.6, y + radius * 0.6);
    pen.moveTo(x + radius * 0.6, y - radius * 0.6);
    pen.lineTo(x - radius * 0.6, y + radius * 0.6);
    pen.stroke();
  } else if (result === "unknown") {
    pen.font = `600 ${radius * 1.7}px ${FONT}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = page.colours.muted;
    pen.fillText("?", x, y + 0.5);
  }
}

function glyphOf(name) {
  const word = page.words[`glyph_${name}`];
  return word ? word[language] : say(page.classes[name]).slice(0, 1);
}

function drawGlyph(pen, name, x, y, side) {
  pen.beginPath();
  pen.roundRect(x - side / 2, y - side / 2, side, side, 2.5);
  pen.fillStyle = page.colours.ink;
  pen.fill();
  pen.lineWidth = 1;
  pen.strokeStyle = "#fff";
  pen.stroke();
  pen.font = `600 ${side * 0.72}px ${FONT}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = "#fff";
  pen.fillText(glyphOf(name), x, y + 0.5);
}

const GAIN_RADIUS = { gain_0: 2.5, gain_1: 4, gain_2: 5.5, gain_3: 7, gain_4: 8, gain_unknown: 3 };

function drawGain(pen, { mark, colour }, x, y, grow = 1) {
  pen.beginPath();
  pen.arc(x, y, GAIN_RADIUS[mark] * grow, 0, 2 * Math.PI);
  pen.fillStyle = mark === "gain_unknown" ? hatch(pen) : colour;
  pen.fill();
  pen.lineWidth = 1.2;
  pen.strokeStyle = mark === "gain_0" || mark === "gain_unknown" ? page.colours.gate : "#fff";
  pen.stroke();
}

// The mark of a legend's line, as a small canvas.
function swatch(entry) {
  const [width, height, sharp] = [22, 16, 2];
  const canvas = h("canvas", { width: width * sharp, height: height * sharp, class: "swatch", "aria-hidden": "true" });
  const pen = canvas.getContext("2d");
  pen.scale(sharp, sharp);
  const { mark, colour } = entry;
  if (mark.startsWith("gate_")) drawGate(pen, mark, 11, 8, 5);
  else if (mark.startsWith("gain_")) drawGain(pen, entry, 11, 8, 0.95);
  else if (mark.startsWith("glyph ")) drawGlyph(pen, mark.slice(6), 11, 8, 15);
  else if (mark in page.colours.result) drawResult(pen, mark, 11, 8, 6);
  else if (mark === "number") {
    pen.beginPath();
    pen.arc(11, 8, 7.5, 0, 2 * Math.PI);
    pen.fillStyle = colour;
    pen.fill();
    pen.font = `600 10px ${FONT}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = "#fff";
    pen.fillText("1", 11, 8.5);
  } else if (mark === "line") {
    pen.fillStyle = colour;
    pen.fillRect(1, 7, 20, 2);
  } else {
    if (mark === "fill" || (mark === "dash" && colour !== page.colours.muted)) {
      pen.globalAlpha = mark === "dash" ? 0.45 : 1;
      pen.fillStyle = colour;
      pen.fillRect(1, 1, 20, 14);
      pen.globalAlpha = 1;
    } else if (mark === "hatch") {
      pen.fillStyle = hatch(pen);
      pen.fillRect(1, 1, 20, 14);
    }
    pen.strokeStyle = mark === "fill" || mark === "hatch" ? "rgba(0,0,0,.25)" : colour;
    pen.lineWidth = mark === "outline" ? 2 : 1;
    pen.setLineDash(mark === "dash" ? [3, 2] : []);
    pen.strokeRect(1.5, 1.5, 19, 13);
  }
  return canvas;
}

// Grey diagonal lines: what cannot be known.
function hatch(pen) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const line = tile.getContext("2d");
  line.fillStyle = "rgba(255,255,255,.75)";
  line.fillRect(0, 0, 6, 6);
  line.strokeStyle = "#b0b0b0";
  line.lineWidth = 1;
  line.beginPath();
  for (const shift of [-6, 0, 6]) {
    line.moveTo(shift - 1, 7);
    line.lineTo(shift + 7, -1);
  }
  line.stroke();
  return pen.createPattern(tile, "repeat");
}
