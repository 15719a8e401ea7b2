import type { ProbeSummary } from '@understory/core';
import type { AttackSummary } from '../attack/summarise-attack.ts';
import type { EvaluationSummary } from '../evaluation/summarise-evaluation.ts';
import type { Statistic } from '../spec/claim-spec.ts';
import type { MapCorrelation } from './map-correlations.ts';

/** A number of a study's result. */
export interface Measured {
  readonly n: number;
  /** Null where nothing was measured. */
  readonly estimate: number | null;
  /** 95 %. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Of the paired test against no difference, without correction; absent for what is no difference. */
  readonly pValue?: number | null;
  /** A fraction of 1, a difference of two such, or another number. */
  readonly unit: 'share' | 'points' | 'number';
  /** What a probe calls it. */
  readonly title?: string;
}

/** The number that a statistic means in a study's summary, of whatever kind the study is; undefined where the summary has no such number. */
export function measure(statistic: Statistic, summary: unknown): Measured | undefined {
  const found = numberOf(statistic, summary);
  if (found === undefined) return undefined;
  const { estimate, interval } = found;
  return {
    ...found,
    estimate: estimate === null ? null : withoutRest(estimate),
    interval: interval === null ? null : [withoutRest(interval[0]), withoutRest(interval[1])],
  };
}

/** Zero of what is zero but for rounding. */
function withoutRest(value: number): number {
  return Math.abs(value) < 1e-12 ? 0 : value;
}

function numberOf(statistic: Statistic, summary: unknown): Measured | undefined {
  const found = summary as Partial<EvaluationSummary & AttackSummary & ProbeSummary & Correlated>;
  switch (statistic.kind) {
    case 'accuracy': {
      const { accuracy } = found;
      return accuracy && { n: accuracy.n, estimate: accuracy.share, interval: accuracy.interval, unit: 'share' };
    }
    case 'mean': {
      const own = metricOf(found, statistic.metric)?.explainers.find(
        ({ explainer }) => explainer === statistic.explainer,
      );
      return own && { n: own.n, estimate: own.mean, interval: own.interval, unit: 'number' };
    }
    case 'difference':
      return evaluationDifference(statistic, found);
    case 'correlation': {
      const { first, second } = statistic;
      const own = found.correlations?.find(
        (each) => [each.first, each.second].includes(first) && [each.first, each.second].includes(second),
      );
      return own && { n: own.n, estimate: own.mean, interval: own.interval, unit: 'number' };
    }
    case 'success': {
      const own = attackOf(found, statistic.attack);
      return own && { n: own.n, estimate: own.success.share, interval: own.success.interval, unit: 'share' };
    }
    case 'steps': {
      const own = attackOf(found, statistic.attack)?.stepsOfSuccesses;
      return own && { n: own.n, estimate: own.mean, interval: own.interval, unit: 'number' };
    }
    case 'success-difference':
    case 'steps-difference':
      return attackDifference(statistic, found);
    case 'estimate': {
      const { measure: name, condition } = statistic;
      const all = [...(found.estimates ?? []), ...(found.sections ?? []).flatMap(({ estimates }) => estimates)];
      const own = all.find((each) => each.measure === name && each.condition === condition);
      if (own === undefined) return undefined;
      const { n, estimate, interval, unit, title, pValue } = own;
      return { n, estimate, interval, unit, title, ...(pValue !== undefined && { pValue }) };
    }
  }
}

interface Correlated {
  readonly correlations: readonly MapCorrelation[];
}

function metricOf({ metrics }: Partial<EvaluationSummary>, name: string) {
  return metrics?.find(({ metric }) => metric === name);
}

function attackOf({ attacks }: Partial<AttackSummary>, name: string) {
  return attacks?.find(({ attack }) => attack === name);
}

function evaluationDifference(
  { metric, first, second }: Extract<Statistic, { kind: 'difference' }>,
  summary: Partial<EvaluationSummary>,
): Measured | undefined {
  for (const { explainer, reference, n, difference, interval, pValue } of metricOf(summary, metric)?.comparisons ??
    []) {
    const sign = signOf([explainer, reference], [first, second]);
    if (sign !== undefined) {
      return { n, estimate: turned(difference, sign), interval: turnedRange(interval, sign), pValue, unit: 'number' };
    }
  }
  return undefined;
}

function attackDifference(
  { kind, first, second }: Extract<Statistic, { kind: 'success-difference' | 'steps-difference' }>,
  { comparisons }: Partial<AttackSummary>,
): Measured | undefined {
  for (const each of comparisons ?? []) {
    const sign = signOf([each.first, each.second], [first, second]);
    if (sign === undefined) continue;
    const { n, success, steps } = each;
    return kind === 'success-difference'
      ? { n, estimate: turned(success.difference, sign), interval: null, pValue: success.pValue, unit: 'points' }
      : {
          ...{ n, estimate: turned(steps.difference, sign), interval: turnedRange(steps.interval, sign) },
          ...{ pValue: steps.pValue, unit: 'number' },
        };
  }
  return undefined;
}

/** 1 for the same pair, -1 for the pair turned round, undefined for another. */
function signOf(found: readonly [string, string], asked: readonly [string, string]): 1 | -1 | undefined {
  if (found[0] === asked[0] && found[1] === asked[1]) return 1;
  return found[0] === asked[1] && found[1] === asked[0] ? -1 : undefined;
}

function turned(value: number | null, sign: 1 | -1): number | null {
  return value === null ? null : sign === 1 ? value : 0 - value;
}

function turnedRange(interval: Measured['interval'], sign: 1 | -1): Measured['interval'] {
  return interval === null || sign === 1 ? interval : [0 - interval[1], 0 - interval[0]];
}
