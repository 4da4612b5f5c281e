"use strict";
// Find the quickest walk from an address to the nearest facility of a class, piece by piece (reach/route.py does the same).

let network = null; // the streets, once unpacked

async function unpackNetwork() {
  if (network) return network;
  const { packed, layout } = page.walks;
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const buffer = await new Response(stream).arrayBuffer();
  const made = {};
  let at = 0;
  for (const [name, kind, length] of layout) {
    const Kind = { Int32: Int32Array, Float32: Float32Array, Uint8: Uint8Array }[kind];
    made[name] = new Kind(buffer, at, length);
    at += made[name].byteLength;
  }
  network = withArcs(made);
  return network;
}

// Per junction its edges, per edge its first point, per gate its junction.
function withArcs(net) {
  const junctions = 1 + Math.max(net.u.reduce((a, b) => Math.max(a, b), -1), net.v.reduce((a, b) => Math.max(a, b), -1));
  net.first = new Int32Array(junctions + 1);
  for (const ends of [net.u, net.v]) for (const node of ends) net.first[node + 1] += 1;
  for (let i = 0; i < junctions; i += 1) net.first[i + 1] += net.first[i];
  const next = net.first.slice();
  net.arcs = new Int32Array(2 * net.u.length);
  for (let edge = 0; edge < net.u.length; edge += 1) {
    net.arcs[next[net.u[edge]]++] = edge;
    net.arcs[next[net.v[edge]]++] = edge;
  }
  net.start = new Int32Array(net.points.length + 1);
  net.points.forEach((count, i) => { net.start[i + 1] = net.start[i] + count; });
  for (let i = 2; i < net.xy.length; i += 1) net.xy[i] += net.xy[i - 2];
  net.nodeOf = new Map(Array.from(net.gate, (gate, i) => [gate, net.gate_node[i]]));
  return net;
}

// Seconds of a part of an edge, and what they are made of. `from` and `to` are metres from u; who comes to people walks
// from the facility, the other way.
function partTime(net, who, edge, from, to) {
  const metres = Math.abs(to - from);
  if (!(metres > 0)) return { metres: 0, flat: 0, factor: 1, wait: 0, seconds: 0 };
  const share = metres / net.length[edge];
  const flat = metres / who.speed;
  const factor = net.unnamed[edge] === 0 ? who.stairs : who.slope ? (to > from !== who.coming ? net.up : net.down)[edge] : 1;
  const wait = share * (who.signalled * net.signalled[edge] + who.unsignalled * net.unsignalled[edge]);
  return { metres, flat, factor, wait, seconds: flat * factor + wait };
}

class Heap {
  constructor() {
    this.items = [];
  }

  push(key, node) {
    const { items } = this;
    let i = items.length;
    while (i > 0) {
      const above = (i - 1) >> 1;
      if (items[above][0] <= key) break;
      items[i] = items[above];
      i = above;
    }
    items[i] = [key, node];
  }

  pop() {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    let i = 0;
    while (items.length) {
      let child = 2 * i + 1;
      if (child >= items.length) { items[i] = last; break; }
      if (child + 1 < items.length && items[child + 1][0] < items[child][0]) child += 1;
      if (items[child][0] >= last[0]) { items[i] = last; break; }
      items[i] = items[child];
      i = child;
    }
    return top;
  }
}

// The walk from an address to a class: { door, seconds, legs: [[edge, from, to], …] }, or null. `limit` in seconds.
function findWalk(net, address, name, limit) {
  const edge = net.address_edge[address];
  if (edge < 0) return null;
  const who = { ...page.walks.walkers[page.walks.who[name]], coming: page.walks.coming.includes(name) };
  const own = net.address_group[address];
  const open = (e) => net.group[e] === 0 || net.group[e] === own;
  const offset = net.address_offset[address];
  const seconds = new Map();
  const before = new Map(); // junction → [edge, its other end], or the first leg's edge alone
  const heap = new Heap();
  const offer = (node, time, came) => {
    if (time > limit || time >= (seconds.get(node) ?? Infinity)) return;
    seconds.set(node, time);
    before.set(node, came);
    heap.push(time, node);
  };
  offer(net.u[edge], partTime(net, who, edge, offset, 0).seconds, [edge, -1]);
  offer(net.v[edge], partTime(net, who, edge, offset, net.length[edge]).seconds, [edge, -1]);
  while (heap.items.length) {
    const [time, node] = heap.pop();
    if (time > seconds.get(node)) continue;
    for (let a = net.first[node]; a < net.first[node + 1]; a += 1) {
      const arc = net.arcs[a];
      if (!open(arc)) continue;
      const forwards = net.u[arc] === node;
      const ends = forwards ? [0, net.length[arc]] : [net.length[arc], 0];
      offer(forwards ? net.v[arc] : net.u[arc], time + partTime(net, who, arc, ...ends).seconds, [arc, node]);
    }
  }
  const code = Object.keys(page.classes).indexOf(name);
  let best = null;
  for (let door = 0; door < net.door_edge.length; door += 1) {
    const on = net.door_edge[door];
    if (net.door_class[door] !== code || !open(on)) continue;
    const at = net.door_offset[door];
    const access = net.door_access[door] / who.speed;
    const ways = [
      [seconds.get(net.u[on]), 0, net.u[on]],
      [seconds.get(net.v[on]), net.length[on], net.v[on]],
    ].filter(([time]) => time !== undefined).map(([time, end, node]) => [time + partTime(net, who, on, end, at).seconds, end, node]);
    if (on === edge) ways.push([partTime(net, who, on, offset, at).seconds, offset, -1]);
    for (const [time, end, node] of ways) {
      if (!best || time + access < best.seconds) best = { door, seconds: time + access, end, node };
    }
  }
  if (!best) return null;
  const legs = [[net.door_edge[best.door], best.end, net.door_offset[best.door]]];
  for (let node = best.node; node >= 0;) {
    const [arc, from] = before.get(node);
    if (from < 0) legs.unshift([arc, offset, firstEnd(net, who, arc, offset, node, seconds.get(node))]);
    else legs.unshift(net.u[arc] === from ? [arc, 0, net.length[arc]] : [arc, net.length[arc], 0]);
    node = from;
  }
  return { door: best.door, seconds: best.seconds + net.address_access[address] / who.speed, legs, who };
}

// On a loop both ends are one junction: the end that was quicker.
function firstEnd(net, who, edge, offset, node, time) {
  if (net.u[edge] !== net.v[edge]) return net.u[edge] === node ? 0 : net.length[edge];
  return partTime(net, who, edge, offset, 0).seconds === time ? 0 : net.length[edge];
}

// The points of a part of an edge, in grid counts.
function partLine(net, edge, from, to) {
  const points = [];
  for (let i = net.start[edge]; i < net.start[edge + 1]; i += 1) points.push([net.xy[2 * i], net.xy[2 * i + 1]]);
  const wide = Math.cos(page.grid.south * Math.PI / 180);
  const along = [0];
  for (let i = 1; i < points.length; i += 1) {
    along.push(along[i - 1] + Math.hypot((points[i][0] - points[i - 1][0]) * wide, points[i][1] - points[i - 1][1]));
  }
  const whole = along[along.length - 1];
  const [low, high] = [from, to].map((m) => net.length[edge] > 0 ? whole * m / net.length[edge] : 0).sort((a, b) => a - b);
  const at = (m) => {
    let i = 1;
    while (i < points.length - 1 && along[i] < m) i += 1;
    const share = along[i] > along[i - 1] ? (m - along[i - 1]) / (along[i] - along[i - 1]) : 0;
    return [0, 1].map((axis) => points[i - 1][axis] + share * (points[i][axis] - points[i - 1][axis]));
  };
  const line = [at(low), ...points.filter((_, i) => along[i] > low && along[i] < high), at(high)];
  return from <= to ? line : line.reverse();
}

// The walk told in pieces: access, streets and stairs (each with its metres and what its seconds are made of), gates.
function tellWalk(net, address, walk) {
  const { who, door, legs } = walk;
  const pieces = [];
  const access = (metres, line) => ({ kind: "access", name: null, metres, flat: metres / who.speed, factor: 1, wait: 0, seconds: metres / who.speed, line });
  const foot = (edge, offset) => partLine(net, edge, offset, offset)[0];
  const home = page.shapes.address_points[address];
  pieces.push(access(net.address_access[address], [home, foot(legs[0][0], legs[0][1])]));
  legs.forEach(([edge, from, to], i) => {
    const name = net.name[edge] < 0 ? null : page.walks.names[net.name[edge]];
    const kind = ["steps", "path", "street"][net.unnamed[edge]];
    if (from !== to) pieces.push({ kind, name, edge, ...partTime(net, who, edge, from, to), line: partLine(net, edge, from, to) });
    if (i + 1 === legs.length) return;
    const gate = gatePassed(net, edge, legs[i + 1][0], to > 0 ? net.v[edge] : net.u[edge]);
    if (gate >= 0) pieces.push({ kind: "gate", name: null, gate, metres: 0, flat: 0, factor: 1, wait: 0, seconds: 0, line: [partLine(net, edge, to, to)[0]] });
  });
  const last = legs[legs.length - 1];
  pieces.push(access(net.door_access[door], [foot(last[0], last[2]), [net.door_xy[2 * door], net.door_xy[2 * door + 1]]]));
  return pieces;
}

// The gate passed at a junction between two edges, or −1: just one of them lies within it.
function gatePassed(net, before, after, node) {
  const [one, other] = [before, after].map((edge) => net.nodeOf.get(net.opening[edge]) === node ? net.opening[edge] : -1);
  return one === other ? -1 : Math.max(one, other);
}

// Neighbouring pieces of one street as one step.
function asSteps(pieces) {
  const steps = [];
  for (const piece of pieces) {
    const last = steps[steps.length - 1];
    const alike = last && last.kind === piece.kind && last.name === piece.name && !["gate", "access"].includes(piece.kind);
    const told = { metres: piece.metres, flat: piece.flat, extra: piece.flat * (piece.factor - 1), wait: piece.wait, seconds: piece.seconds };
    if (alike) {
      for (const key of Object.keys(told)) last[key] += told[key];
      last.lines.push(piece.line);
    } else steps.push({ kind: piece.kind, name: piece.name, gate: piece.gate, ...told, lines: [piece.line] });
  }
  return steps;
}
