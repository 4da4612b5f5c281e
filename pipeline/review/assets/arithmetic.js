"use strict";
// Score and rank the candidates under any weights, step by step as scoring/mean.py, siting/need.py and siting/candidates.py.

const model = page.model;
const SCENARIOS = page.scenarios.map((_, s) => s);
const INDICATORS = model.scenario_of.map((_, i) => i);
const inScenario = SCENARIOS.map((s) => INDICATORS.filter((i) => model.scenario_of[i] === s));

function sum(items, value) {
  return items.reduce((total, item) => total + value(item), 0);
}

// Each scenario's {score (null: nothing known), low, high, coverage}; these do not depend on the scenarios' weights.
function scenarioScores(candidate) {
  const weight = (i) => model.indicator_weights[i];
  return inScenario.map((indicators) => {
    const known = indicators.filter((i) => candidate.points[i] !== null);
    const whole = sum(indicators, weight);
    const knownWeight = sum(known, weight);
    const coverage = sum(known, (i) => candidate.evidence[i] * weight(i)) / (whole || 1);
    if (!knownWeight) return { score: null, low: 0, high: 100, coverage };
    const ofKnown = sum(known, (i) => candidate.points[i] * weight(i)) / knownWeight;
    const asKnown = (i) => Math.min(Math.max(ofKnown, candidate.low[i]), candidate.high[i]);
    return {
      score: sum(indicators, (i) => (candidate.points[i] ?? asKnown(i)) * weight(i)) / whole,
      low: sum(indicators, (i) => candidate.low[i] * weight(i)) / whole,
      high: sum(indicators, (i) => candidate.high[i] * weight(i)) / whole,
      coverage,
    };
  });
}

// The geometric mean is of points + 1, less 1: nothing at all costs much, but does not wipe out the rest.
function weightedMean(values, weights, aggregate) {
  const geometric = aggregate === "geometric";
  const total = sum(SCENARIOS, (s) => weights[s]) || 1;
  const mean = sum(SCENARIOS, (s) => (geometric ? Math.log1p(values[s]) : values[s]) * weights[s]) / total;
  return geometric ? Math.expm1(mean) : mean;
}

function totalScore(scenarios, weights, aggregate) {
  const mean = (name) => weightedMean(scenarios.map((each) => each[name]), weights, aggregate);
  const knownWeights = weights.map((weight, s) => (scenarios[s].score === null ? 0 : weight));
  const ofKnown = weightedMean(scenarios.map((each) => each.score ?? 0), knownWeights, aggregate);
  return {
    score: knownWeights.some((weight) => weight > 0)
      ? weightedMean(scenarios.map((each) => each.score ?? ofKnown), weights, aggregate) : null,
    low: mean("low"),
    high: mean("high"),
    coverage: sum(SCENARIOS, (s) => scenarios[s].coverage * weights[s]) / sum(weights, (weight) => weight),
  };
}

// Mean shortfall from the targets of each scenario's known indicators, in percent; null where there is none.
function scenarioNeeds(candidate) {
  return inScenario.map((indicators) => {
    const counted = indicators.filter((i) => candidate.points[i] !== null && model.target_points[i] > 0);
    const weight = sum(counted, (i) => model.indicator_weights[i]);
    if (!weight) return null;
    return sum(counted, (i) => shortfall(candidate, i) * model.indicator_weights[i]) / weight;
  });
}

function shortfall(candidate, i) {
  const target = model.target_points[i];
  return 100 * Math.max(target - candidate.points[i], 0) / target;
}

function needOf(needs, weights) {
  const counted = SCENARIOS.filter((s) => needs[s] !== null);
  const total = sum(counted, (s) => weights[s]);
  return total > 0 ? sum(counted, (s) => needs[s] * weights[s]) / total : null;
}

const LAST = { "": 0, coverage: 1, priority: 1, fail: 2 };

function unrankedBecause(candidate, priority, coverage) {
  if (candidate.fails) return "fail";
  if (coverage < model.coverage_floor) return "coverage";
  return priority === null ? "priority" : "";
}

// All candidates, best first: {row (in page.units), rank (null: not ranked), unranked, total, need, priority, scenarios}.
function rankAll({ weights, needWeight, aggregate }) {
  const table = model.candidates.map((candidate, row) => {
    const scenarios = scenarioScores(candidate);
    const total = totalScore(scenarios, weights, aggregate);
    const need = needOf(scenarioNeeds(candidate), weights);
    const priority = need === null || candidate.readiness === null
      ? null : needWeight * need + (1 - needWeight) * candidate.readiness;
    return { row, scenarios, total, need, priority, unranked: unrankedBecause(candidate, priority, total.coverage) };
  });
  const before = (a, b) => LAST[a.unranked] - LAST[b.unranked]
    || model.candidates[a.row].tier - model.candidates[b.row].tier
    || (b.priority ?? -1) - (a.priority ?? -1)
    || (page.units[a.row].unit_id < page.units[b.row].unit_id ? -1 : 1);
  table.sort(before);
  return table.map((each, i) => ({ ...each, rank: each.unranked === "" ? i + 1 : null }));
}
