"use strict";
// Paint the whole map on one canvas: base, theme, walls, outlines, labels. Leaflet moves and scales it.

const Painter = L.Renderer.extend({
  initialize(draw) {
    L.Renderer.prototype.initialize.call(this, { padding: 0.15 });
    this.draw = draw;
    this.sharpness = window.devicePixelRatio || 1;
    this.kept = new Map();
  },
  _initContainer() {
    this._container = document.createElement("canvas");
    this.pen = this._container.getContext("2d");
  },
  _destroyContainer() {
    this._container.remove();
  },
  _updatePaths() {},
  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const corner = this._bounds.min;
    const size = this._bounds.getSize();
    L.DomUtil.setPosition(this._container, corner);
    this._container.width = Math.round(this.sharpness * size.x);
    this._container.height = Math.round(this.sharpness * size.y);
    this._container.style.width = `${size.x}px`;
    this._container.style.height = `${size.y}px`;
    const scale = 2 ** this._zoom;
    const origin = this._map._getNewPixelOrigin(this._center, this._zoom).add(corner);
    this.pen.setTransform(this.sharpness, 0, 0, this.sharpness, 0, 0);
    const seen = [scale, origin.x, origin.y, size.x, size.y, this.sharpness].join();
    if (seen !== this.seen) this.kept?.clear();
    this.seen = seen;
    this.draw(new View(this.pen, this._zoom, scale, origin, size, this.kept));
  },
  redraw() {
    if (this._map) this._update();
  },
});

// What is in sight: turns world coordinates to canvas pixels and leaves out the rest.
class View {
  constructor(pen, zoom, scale, origin, size, kept) {
    Object.assign(this, { pen, zoom, scale, origin, size, kept });
    this.box = [origin.x / scale, origin.y / scale, (origin.x + size.x) / scale, (origin.y + size.y) / scale];
    this.taken = [];
  }

  // Draw once what no layer changes, and keep the picture as long as the same ground is in sight; paper is drawn but once.
  still(name, draw) {
    if (!this.kept) return draw(this);
    if (!this.kept.has(name)) {
      const { width, height } = this.pen.canvas;
      const picture = Object.assign(document.createElement("canvas"), { width, height });
      const pen = picture.getContext("2d");
      pen.setTransform(this.pen.getTransform());
      draw(Object.assign(Object.create(this), { pen }));
      this.kept.set(name, picture);
    }
    this.pen.save();
    this.pen.resetTransform();
    this.pen.drawImage(this.kept.get(name), 0, 0);
    return this.pen.restore();
  }

  at([x, y]) {
    return [x * this.scale - this.origin.x, y * this.scale - this.origin.y];
  }

  sees(shape) {
    const box = shape.box;
    return box[2] >= this.box[0] && box[0] <= this.box[2] && box[3] >= this.box[1] && box[1] <= this.box[3];
  }

  seesPoint([x, y]) {
    return x >= this.box[0] && x <= this.box[2] && y >= this.box[1] && y <= this.box[3];
  }

  trace(shape, close) {
    const { pen, scale, origin } = this;
    for (const part of shape.parts) {
      pen.moveTo(part[0] * scale - origin.x, part[1] * scale - origin.y);
      for (let i = 2; i < part.length; i += 2) pen.lineTo(part[i] * scale - origin.x, part[i + 1] * scale - origin.y);
      if (close) pen.closePath();
    }
  }

  // Each shape on its own, so that neighbours that overlap cut no holes into each other; the smallest as their boxes.
  fillEach(shapes, style) {
    const { pen, scale, origin } = this;
    pen.fillStyle = style;
    for (const shape of shapes) {
      if (!this.sees(shape)) continue;
      const [west, north, east, south] = shape.box;
      const [width, height] = [(east - west) * scale, (south - north) * scale];
      if (width < 3 && height < 3) {
        pen.fillRect(west * scale - origin.x, north * scale - origin.y, Math.max(width, 1), Math.max(height, 1));
        continue;
      }
      pen.beginPath();
      this.trace(shape, true);
      pen.fill("evenodd");
    }
  }

  stroke(shapes, style, width, { close = false, dash = [] } = {}) {
    const { pen } = this;
    pen.beginPath();
    for (const shape of shapes) if (this.sees(shape)) this.trace(shape, close);
    pen.strokeStyle = style;
    pen.lineWidth = width;
    pen.lineCap = dash.length ? "butt" : "round";
    pen.lineJoin = "round";
    pen.setLineDash(dash);
    pen.stroke();
    pen.setLineDash([]);
  }

  // Write a text where nothing else is written yet; returns whether there was room.
  label(text, [x, y], { size = 11, colour, angle = 0, bold = false }) {
    const { pen } = this;
    pen.font = `${bold ? "600 " : ""}${size}px ${FONT}`;
    const width = pen.measureText(text).width;
    const across = Math.abs(Math.cos(angle)) * width + size;
    const up = Math.abs(Math.sin(angle)) * width + size;
    const box = [x - across / 2, y - up / 2, x + across / 2, y + up / 2];
    if (this.taken.some((b) => b[0] < box[2] && b[2] > box[0] && b[1] < box[3] && b[3] > box[1])) return false;
    this.taken.push(box);
    pen.save();
    pen.translate(x, y);
    pen.rotate(angle);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineWidth = 3;
    pen.lineJoin = "round";
    pen.strokeStyle = "rgba(255,255,255,.85)";
    pen.strokeText(text, 0, 0);
    pen.fillStyle = colour;
    pen.fillText(text, 0, 0);
    pen.restore();
    return true;
  }
}

