import { append, type ProbeSummary } from '@understory/core';
import { holm, meanEstimate, wilson } from '@understory/statistics';
import { byExampleRank } from '../common/chosen-examples.ts';
import type { EvaluatedMetric } from '../evaluation/evaluation-rows.ts';
import type { ComparisonSpec } from '../spec/study-spec.ts';
import type { ProbeRow } from '../probe/probe-experiment.ts';
import { blindnessOfBoth } from './blindness-of-both.ts';
import type { ComparisonRow, MissingMap, ShownAdversarial } from './comparison-rows.ts';
import type {
  AgainstControl,
  ComparisonSummary,
  Estimate,
  MapAgreement,
  MeasureComparison,
  TransferRate,
} from './comparison-summary.ts';
import { alike, type Alike, type MapPair } from './map-pair.ts';
import { measuresOf, type Measure } from './measures.ts';
import { tested, type Pair, type Tested } from './tested.ts';
import { judgeTolerances } from './tolerances.ts';

/** With how many other images each map is held against as a control. */
const controls = 5;

/** Means, intervals and paired tests; of each row its numbers and small maps are kept. Neither order nor shards matter. */
export async function summariseComparison(
  rows: AsyncIterable<ComparisonRow> | Iterable<ComparisonRow>,
  {
    metrics,
    tolerances,
    seed,
    probes,
  }: {
    readonly metrics: readonly Pick<EvaluatedMetric, 'name' | 'better' | 'title'>[];
    readonly tolerances: ComparisonSpec['tolerances'];
    readonly seed: number;
    /** What the probe says of the rows of either network; null without one. */
    readonly probes?: readonly [first: SummariseProbe, second: SummariseProbe] | undefined;
  },
): Promise<ComparisonSummary> {
  const measured = new Map<string, { measure: Measure; pairs: Map<string, Pair>; excluded: number }>();
  const maps = new Map<string, Map<string, MapPair>>();
  const same = new Map<string, boolean | null>();
  const missing = new Map<string, { map: MissingMap; count: number }>();
  const shown: ShownAdversarial[] = [];
  const disturbances = {
    first: new Map<string, readonly ProbeRow[]>(),
    second: new Map<string, readonly ProbeRow[]>(),
  };
  for await (const row of rows) {
    append(shown, row.transfers);
    for (const side of ['first', 'second'] as const) disturbances[side].set(row.item, row[side].disturbances);
    same.set(row.item, row.same);
    for (const measure of measuresOf(row, metrics)) {
      const group = measured.get(measure.measure) ?? { measure, pairs: new Map<string, Pair>(), excluded: 0 };
      measured.set(measure.measure, group);
      const { first, second } = measure;
      if (first !== null && second !== null) group.pairs.set(row.item, { first, second });
      else if (first !== second) group.excluded += 1;
    }
    for (const map of row.missing) {
      const key = JSON.stringify([map.explainer, map.network, map.reason]);
      missing.set(key, { map, count: (missing.get(key)?.count ?? 0) + 1 });
    }
    for (const pair of row.maps) {
      const own = maps.get(pair.explainer) ?? new Map<string, MapPair>();
      maps.set(pair.explainer, own.set(row.item, pair));
    }
  }
  const measures = [...measured.values()].map(({ measure, pairs, excluded }) =>
    compared(measure, pairs, excluded, seed),
  );
  const agreements = [...maps].map(([explainer, pairs]) => agreementOf(explainer, pairs, seed));
  const corrected = holm(
    [...measures, ...agreements.flatMap(({ correlation, overlap }) => [correlation, overlap])].map(
      ({ pValue }) => pValue ?? undefined,
    ),
  );
  let place = 0;
  const withCorrection = <Each extends Tested>(each: Each): Each => ({
    ...each,
    correctedPValue: corrected[place++] ?? null,
  });
  const decided = [...same.values()].filter((each) => each !== null);
  const { successes, n, share, interval } = wilson(decided.filter(Boolean).length, decided.length);
  const found = {
    images: same.size,
    agreement: { count: successes, n, share: share ?? null, interval: interval ?? null },
    missing: [...missing].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { map, count }]) => ({ ...map, count })),
    blindness: probes === undefined ? null : await scoresOf(disturbances, probes),
    transfers: transferRates(shown),
    measures: measures.map(withCorrection),
    maps: agreements.map(({ correlation, overlap, ...own }) => ({
      ...own,
      correlation: withCorrection(correlation),
      overlap: withCorrection(overlap),
    })),
  };
  const pairsOf = (measure: string) => measured.get(measure)?.pairs ?? new Map<string, Pair>();
  return { ...found, tolerances: judgeTolerances(tolerances, { ...found, pairsOf, seed }) };
}

type SummariseProbe = (rows: Iterable<ProbeRow>) => Promise<ProbeSummary | null>;

/** In the order of items, so that the order of rows does not matter. */
async function scoresOf(
  { first, second }: Readonly<Record<'first' | 'second', ReadonlyMap<string, readonly ProbeRow[]>>>,
  [ours, theirs]: readonly [SummariseProbe, SummariseProbe],
) {
  const inOrder = (rows: ReadonlyMap<string, readonly ProbeRow[]>) =>
    [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, own]) => own);
  const [mine, others] = [inOrder(first), inOrder(second)];
  if (mine.length === 0 || others.length === 0) return null;
  return blindnessOfBoth(await ours(mine), await theirs(others));
}

function transferRates(shown: readonly ShownAdversarial[]): readonly TransferRate[] {
  const masks = [...new Set(shown.map(({ mask }) => mask))].sort();
  return (['first', 'second'] as const).flatMap((from) =>
    masks.flatMap((mask): readonly TransferRate[] => {
      const known = shown.filter((each) => each.from === from && each.mask === mask && each.fooled !== null);
      if (known.length === 0) return [];
      const { n, successes, share, interval } = wilson(known.filter(({ fooled }) => fooled).length, known.length);
      return [{ from, mask, n, fooled: successes, share: share ?? null, interval: interval ?? null }];
    }),
  );
}

function compared(
  { first: _, second: __, ...measure }: Measure,
  pairs: ReadonlyMap<string, Pair>,
  excluded: number,
  seed: number,
): MeasureComparison {
  const [ours, theirs] = [valuesOf(pairs, 'first'), valuesOf(pairs, 'second')];
  const share = measure.unit === 'share';
  return {
    ...measure,
    ...{ n: ours.length, excluded },
    first: estimateOf(ours, share, seed),
    second: estimateOf(theirs, share, seed),
    ...tested(theirs, ours, seed),
  };
}

/** In the order of items, so that the order of rows does not matter. */
function valuesOf(pairs: ReadonlyMap<string, Pair>, side: keyof Pair): readonly number[] {
  return [...pairs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pair]) => pair[side]);
}

function estimateOf(values: readonly number[], share: boolean, seed: number): Estimate {
  const { n, estimate, interval } = meanEstimate(values, { share, seed });
  return { n, mean: estimate, interval };
}

function agreementOf(explainer: string, pairs: ReadonlyMap<string, MapPair>, seed: number): MapAgreement {
  const found: { item: string; pair: MapPair; alike: Alike }[] = [];
  for (const [item, pair] of pairs) {
    const own = alike(pair.first, pair.second);
    if (own.correlation !== undefined) found.push({ item, pair, alike: own });
  }
  const ordered = byExampleRank(found, ({ item }) => item, seed);
  const others = ordered.map(({ pair }, at) => {
    const compared = Array.from({ length: Math.min(controls, ordered.length - 1) }, (_, step) => {
      const other = ordered[(at + step + 1) % ordered.length]!.pair;
      const fits = other.height === pair.height && other.width === pair.width;
      return fits ? alike(pair.first, other.second) : undefined;
    });
    return {
      correlation: meanOf(compared.map((each) => each?.correlation)),
      overlap: meanOf(compared.map((each) => each?.overlap)),
    };
  });
  const held = (measure: keyof Alike): AgainstControl => {
    const own = ordered.map((each) => each.alike[measure]!);
    const control = others.map((each) => each[measure]);
    const both = own.flatMap((value, at) => (control[at] === undefined ? [] : [{ value, other: control[at] }]));
    return {
      same: estimateOf(own, false, seed),
      control: estimateOf(
        control.filter((value) => value !== undefined),
        false,
        seed,
      ),
      ...tested(
        both.map(({ value }) => value),
        both.map(({ other }) => other),
        seed,
      ),
    };
  };
  return { explainer, n: ordered.length, correlation: held('correlation'), overlap: held('overlap') };
}

function meanOf(values: readonly (number | undefined)[]): number | undefined {
  const defined = values.filter((value) => value !== undefined);
  return defined.length === 0 ? undefined : defined.reduce((sum, value) => sum + value, 0) / defined.length;
}
