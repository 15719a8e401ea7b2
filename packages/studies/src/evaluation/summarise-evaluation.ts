import { flatMap, type Metric } from '@understory/core';
import { compareGroups, holm, quantiles, meanInterval, wilson } from '@understory/statistics';
import { randomOrder, type EvaluatedMetric, type EvaluationRow } from './evaluation-rows.ts';
import { CurveMean, type MeanCurve } from './mean-curve.ts';
import { number } from '../common/numbers.ts';

type Interval = readonly [low: number, high: number];

/** What a run found; null stands for what cannot be told. */
export interface EvaluationSummary {
  readonly images: number;
  /** Over the images whose label the model knows. */
  readonly accuracy: {
    readonly correct: number;
    readonly n: number;
    readonly share: number | null;
    readonly interval: Interval | null;
  };
  readonly metrics: readonly MetricSummary[];
}

export interface MetricSummary {
  readonly metric: string;
  readonly better: Metric['better'];
  readonly explainers: readonly ExplainerSummary[];
  /** What the others are compared with first: random order, else the random map, else the first. */
  readonly reference: string | null;
  /** Every pair of explainers once, those with the metric's reference first. */
  readonly comparisons: readonly Comparison[];
}

export interface ExplainerSummary {
  readonly explainer: string;
  readonly n: number;
  readonly mean: number | null;
  /** 95 %, bootstrap; Wilson's for a metric whose values are 0 or 1. */
  readonly interval: Interval | null;
  readonly deviation: number | null;
  readonly quartiles: readonly [number, number, number] | null;
  /** Images for which the metric is not defined. */
  readonly undefined: number;
  /** Of those, the images whose heat map is the same everywhere. */
  readonly flat: number;
  readonly reasons: readonly { readonly reason: string; readonly count: number }[];
}

/** Explainer minus reference on the images that both have a value for. */
export interface Comparison {
  readonly explainer: string;
  /** Any other explainer; the metric's own reference in the first comparisons of a metric. */
  readonly reference: string;
  readonly n: number;
  /** The images left out because one of the two has no value for them. */
  readonly excluded: number;
  readonly difference: number | null;
  /** 95 %, bootstrap. */
  readonly interval: Interval | null;
  /** Sign-flip test. */
  readonly pValue: number | null;
  /** After Holm's correction over every comparison of the run. */
  readonly correctedPValue: number | null;
  /** Cohen's dz. */
  readonly effectSize: number | null;
}

/** What the figures need beside the summary. */
export interface EvaluationDetails {
  readonly curves: ReadonlyMap<string, ReadonlyMap<string, MeanCurve>>;
  /** The values by metric, then explainer, in the order of the rows. */
  readonly values: ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;
}

interface Group {
  readonly values: { item: string; explainer: string; value: number | undefined }[];
  readonly reasons: Map<string, number>;
  readonly curve: CurveMean;
}

/**
 * The means, intervals and paired comparisons of a run; of each row only its value is kept.
 * `metrics` says how to read each, `seed` is that of the bootstrap. `order` puts explainers in order; others follow as they come.
 */
export async function summarise(
  rows: AsyncIterable<EvaluationRow> | Iterable<EvaluationRow>,
  {
    metrics: known,
    order = [],
    seed = 0,
  }: {
    readonly metrics: readonly Pick<EvaluatedMetric, 'name' | 'better' | 'values'>[];
    readonly order?: readonly string[];
    readonly seed?: number;
  },
): Promise<{ summary: EvaluationSummary; details: EvaluationDetails }> {
  const metrics = new Map<string, Map<string, Group>>(known.map(({ name }) => [name, new Map()]));
  const images = new Map<string, boolean | null>();
  for await (const row of rows) {
    images.set(row.item, row.correct);
    const groups = entry(metrics, row.metric, () => new Map<string, Group>());
    const group = entry(groups, row.explainer, () => ({ values: [], reasons: new Map(), curve: new CurveMean() }));
    group.values.push({ item: row.item, explainer: row.explainer, value: row.value ?? undefined });
    if (row.value === null) {
      const reason = row.reason ?? 'no reason given';
      group.reasons.set(reason, (group.reasons.get(reason) ?? 0) + 1);
    }
    if (row.curve !== null) group.curve.add(row.curve);
  }

  const sorted = new Map(
    [...metrics].map(([metric, groups]) => [
      metric,
      new Map([...groups].sort(([a], [b]) => rank(order, a) - rank(order, b))),
    ]),
  );
  const pairs = [...sorted.values()].reduce((sum, { size }) => sum + (size * (size - 1)) / 2, 0);
  const summaries = [...sorted].map(([metric, groups]) => {
    const { better = 'neither', values } = known.find(({ name }) => name === metric) ?? {};
    return {
      ...{ metric, better },
      explainers: [...groups].map(([explainer, group]) => summariseGroup(explainer, group, { values, seed })),
      ...compare(groups, { seed, permutations: permutationsFor(pairs) }),
    };
  });
  const corrected = holm(summaries.flatMap(({ comparisons }) => comparisons.map(({ pValue }) => pValue ?? undefined)));
  let place = 0;
  const labelled = [...images.values()].filter((correct) => correct !== null);
  const { successes, n, share, interval } = wilson(labelled.filter(Boolean).length, labelled.length);
  return {
    summary: {
      images: images.size,
      accuracy: { correct: successes, n, share: share ?? null, interval: interval ?? null },
      metrics: summaries.map((summary) => ({
        ...summary,
        comparisons: summary.comparisons.map((each) => ({ ...each, correctedPValue: corrected[place++] ?? null })),
      })),
    },
    details: {
      curves: mapValues(sorted, (groups) => mapValues(groups, ({ curve }) => curve.result())),
      values: mapValues(sorted, (groups) =>
        mapValues(groups, ({ values }) => values.flatMap(({ value }) => (value === undefined ? [] : [value]))),
      ),
    },
  };
}

function summariseGroup(
  explainer: string,
  { values, reasons }: Group,
  { values: kind, seed }: { readonly values: Metric['values']; readonly seed: number },
): ExplainerSummary {
  const defined = values.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const { n, mean, interval, deviation } = meanInterval(defined, { seed });
  const share = kind === 'binary' && defined.every((value) => value === 0 || value === 1);
  const [low, middle, high] = quantiles(defined, [0.25, 0.5, 0.75]).map(({ value }) => value);
  const known = low !== undefined && middle !== undefined && high !== undefined;
  return {
    explainer,
    n,
    mean: mean ?? null,
    interval: (share ? wilson(defined.filter(Boolean).length, n).interval : interval) ?? null,
    deviation: deviation ?? null,
    quartiles: known ? [low, middle, high] : null,
    undefined: values.length - n,
    flat: reasons.get(flatMap) ?? 0,
    reasons: [...reasons].map(([reason, count]) => ({ reason, count })),
  };
}

/** Enough sign patterns that the smallest p they can give is below 0.05 after Holm's correction over so many pairs. */
function permutationsFor(pairs: number): number {
  return Math.max(9999, 25 * pairs);
}

function compare(
  groups: ReadonlyMap<string, Group>,
  options: { readonly seed: number; readonly permutations: number },
): Pick<MetricSummary, 'reference' | 'comparisons'> {
  const names = [...groups.keys()];
  const reference = [randomOrder, 'random', names[0]].find((name) => name !== undefined && groups.has(name));
  if (reference === undefined || names.length < 2) return { reference: null, comparisons: [] };
  // Of a pair that comes last is taken from what comes first, and so the reference from all others.
  const ordered = [...names.filter((name) => name !== reference), reference];
  const found = compareGroups(
    ordered.flatMap((name) => groups.get(name)!.values),
    { group: (row) => row.explainer, item: (row) => row.item, value: (row) => row.value, ...options },
  );
  const withReference = found.filter(({ second }) => second === reference);
  const others = found.filter(({ second }) => second !== reference);
  return {
    reference,
    comparisons: [...withReference, ...others].map(({ first, second, n, mean, interval, pValue, effectSize }) => ({
      explainer: first,
      reference: second,
      n,
      excluded: itemsOf(groups, first, second).size - n,
      difference: mean ?? null,
      interval: interval ?? null,
      pValue: pValue ?? null,
      correctedPValue: null,
      effectSize: effectSize ?? null,
    })),
  };
}

/** The images of either of two explainers. */
function itemsOf(groups: ReadonlyMap<string, Group>, ...names: readonly string[]): ReadonlySet<string> {
  const items = new Set<string>();
  for (const name of names) for (const { item } of groups.get(name)!.values) items.add(item);
  return items;
}

/** What stands for the mean of an explainer: the mean, or in words that none of its maps has an order. */
export function meanText({ mean, n, flat, undefined: missing }: ExplainerSummary): string {
  return n === 0 && flat > 0 && flat === missing ? 'flat maps only' : number(mean);
}

/** The comparisons with the metric's reference, and those between the other explainers. */
export function splitComparisons({ comparisons, reference }: MetricSummary): {
  readonly withReference: readonly Comparison[];
  readonly others: readonly Comparison[];
} {
  return {
    withReference: comparisons.filter((each) => each.reference === reference),
    others: comparisons.filter((each) => each.reference !== reference),
  };
}

/** What a comparison shows at the 5 % level, in the metric's own sense of better. */
export function verdict(
  comparison: Comparison,
  better: Metric['better'],
): 'better' | 'worse' | 'differs' | 'undecided' {
  const { difference, correctedPValue } = comparison;
  if (difference === null || correctedPValue === null || correctedPValue >= 0.05) return 'undecided';
  if (better === 'neither') return 'differs';
  return difference < 0 === (better === 'lower') ? 'better' : 'worse';
}

function rank(order: readonly string[], name: string): number {
  const place = order.indexOf(name);
  return place === -1 ? order.length : place;
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function mapValues<K, V, W>(map: ReadonlyMap<K, V>, change: (value: V) => W | undefined): Map<K, W> {
  return new Map(
    [...map].flatMap(([key, value]): [K, W][] => {
      const changed = change(value);
      return changed === undefined ? [] : [[key, changed]];
    }),
  );
}
