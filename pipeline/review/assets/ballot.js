"use strict";
// The member's own scores, votes and comments: in memory, in the browser's storage, and in the file that the pipeline reads
// (docs/committee-file.md). What comes from a file or from storage is checked key by key before it is taken.

const FORMAT = "meihao-review/1";
const VOTES = ["yes", "no", "abstain"];
const LONGEST = { member: 40, comment: 4000, file: 4_000_000 };
const STORE = `${FORMAT} ${page.district} ${page.run}`;
const unitRow = new Map(page.units.map((unit, row) => [unit.unit_id, row]));
const scenarioKeys = page.scenarios.map(([key]) => key);

// Scores: "unit scenario" → {points, comment}; votes: unit → {vote, comment}; round 1 is blind, 2 comes after the ranking;
// date null: still being filled in, dated when saved.
function emptyBallot() {
  return { member: word("member_1"), round: 1, date: null, scores: new Map(), votes: new Map(), weights: null };
}

let ballot = emptyBallot();
let firstRound = null; // round 1 as it was handed in: a file's content, not changed any more
let autosaved = true; // false: the browser lets us store nothing

// The order that tells nothing about the ranking.
function byUnitId() {
  return [...page.units].sort((a, b) => (a.unit_id < b.unit_id ? -1 : 1));
}

function cell(unit, scenario) {
  return `${unit} ${scenario}`;
}

function judged(unit) {
  return scenarioKeys.filter((key) => (ballot.scores.get(cell(unit.unit_id, key))?.points ?? null) !== null).length;
}

function noteScore(unit, scenario, change) {
  const key = cell(unit, scenario);
  const next = { points: null, comment: "", ...ballot.scores.get(key), ...change };
  if (next.points === null && !next.comment) ballot.scores.delete(key);
  else ballot.scores.set(key, next);
  keep();
}

function noteVote(unit, change) {
  const next = { vote: null, comment: "", ...ballot.votes.get(unit), ...change };
  if (next.vote === null) ballot.votes.delete(unit);
  else ballot.votes.set(unit, next);
  keep();
}

// -------------------------------------------------------------------------------------------------- the file

// Sorted, so that the same ballot is the same file.
function fileOf(each) {
  const scores = [];
  const votes = [];
  for (const { unit_id } of byUnitId()) {
    for (const scenario_id of scenarioKeys) {
      const score = each.scores.get(cell(unit_id, scenario_id));
      if (score) scores.push({ unit_id, scenario_id, ...score });
    }
    if (each.votes.has(unit_id)) votes.push({ unit_id, ...each.votes.get(unit_id) });
  }
  const weights = each.weights && Object.fromEntries(scenarioKeys.map((key, s) => [key, each.weights[s]]));
  return {
    format: FORMAT, district: page.district, run: page.run, member: each.member, round: each.round, date: each.date ?? today(),
    scores, votes, weights,
  };
}

function today() {
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

class FileFault extends Error {}

function fault(key, values = {}) {
  throw new FileFault(word(key, values));
}

function only(record, keys, where) {
  if (typeof record !== "object" || record === null || Array.isArray(record)) fault("file_no_record", { where });
  const strange = Object.keys(record).filter((key) => !keys.includes(key));
  if (strange.length) fault("file_strange_key", { where, key: strange[0].slice(0, 40) });
}

function list(value, where) {
  if (value === undefined) return [];
  if (!Array.isArray(value)) fault("file_no_list", { where });
  return value;
}

function textOf(value, where, longest) {
  const text = value ?? "";
  if (typeof text !== "string" || text.length > longest) fault("file_bad_text", { where, longest });
  return text;
}

function within(value, least, most) {
  return typeof value === "number" && Number.isFinite(value) && value >= least && value <= most;
}

// The ballot in a file, and how many of its rows are on candidates or scenarios that this page does not have.
function ballotOf(text) {
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    fault("file_no_json");
  }
  only(file, ["format", "district", "run", "member", "round", "date", "scores", "votes", "weights"], "");
  if (file.format !== FORMAT) fault("file_format", { format: FORMAT });
  if (file.district !== page.district) fault("file_district", { found: String(file.district).slice(0, 40), district: page.district });
  const member = textOf(file.member, "member", LONGEST.member);
  if (!member || /[\u0000-\u001f]/.test(member)) fault("file_bad_text", { where: "member", longest: LONGEST.member });
  if (file.round !== 1 && file.round !== 2) fault("file_round");
  if (!/^\d{4}-\d\d-\d\d$/.test(file.date)) fault("file_date");
  const found = { member, round: file.round, date: file.date, scores: new Map(), votes: new Map(), weights: weightsOf(file.weights) };
  let strangers = 0;
  list(file.scores, "scores").forEach((row, i) => {
    const where = `scores ${i + 1}`;
    only(row, ["unit_id", "scenario_id", "points", "comment"], where);
    if (row.points !== null && !within(row.points, 0, 100)) fault("file_points", { where });
    const comment = textOf(row.comment, where, LONGEST.comment);
    if (!unitRow.has(row.unit_id) || !scenarioKeys.includes(row.scenario_id)) strangers += 1;
    else once(found.scores, cell(row.unit_id, row.scenario_id), { points: row.points, comment }, where);
  });
  list(file.votes, "votes").forEach((row, i) => {
    const where = `votes ${i + 1}`;
    only(row, ["unit_id", "vote", "comment"], where);
    if (!VOTES.includes(row.vote)) fault("file_vote", { where });
    const comment = textOf(row.comment, where, LONGEST.comment);
    if (!unitRow.has(row.unit_id)) strangers += 1;
    else once(found.votes, row.unit_id, { vote: row.vote, comment }, where);
  });
  return { found, strangers, otherRun: file.run !== page.run };
}

function once(map, key, value, where) {
  if (map.has(key)) fault("file_twice", { where });
  map.set(key, value);
}

function weightsOf(value) {
  if (value === null || value === undefined) return null;
  only(value, scenarioKeys, "weights");
  const weights = scenarioKeys.map((key) => value[key]);
  if (!weights.every((weight) => within(weight, 0, Infinity)) || !weights.some((weight) => weight > 0)) fault("file_weights");
  return weights;
}

function download(content) {
  const text = `${JSON.stringify(content, null, 2)}\n`;
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const name = content.member.replace(/[^\p{L}\p{N}]+/gu, "");
  h("a", { href: address, download: `${page.district}-${name || "member"}-${content.round}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

// ---------------------------------------------------------------------------------------- the browser's storage

function keep() {
  try {
    localStorage.setItem(STORE, JSON.stringify({ current: fileOf(ballot), first: firstRound }));
    autosaved = true;
  } catch {
    autosaved = false;
  }
  renderSaved();
}

// Take up where the member left off; what was stored and cannot be read is said.
function recall() {
  let text = null;
  try {
    text = localStorage.getItem(STORE);
    localStorage.setItem(`${STORE} probe`, "");
    localStorage.removeItem(`${STORE} probe`);
  } catch {
    autosaved = false;
  }
  if (text === null) return;
  try {
    const { current, first } = JSON.parse(text);
    ballot = { ...ballotOf(JSON.stringify(current)).found, date: null };
    firstRound = first && fileOf(ballotOf(JSON.stringify(first)).found);
  } catch (error) {
    openDialog(word("recall_failed"), h("p", {}, error.message));
  }
}
