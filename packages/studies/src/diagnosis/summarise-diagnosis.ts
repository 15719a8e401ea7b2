import type { ProbeSummary } from '@understory/core';
import { holm, mean, meanEstimate, quantile } from '@understory/statistics';
import type { RunAttack } from '../attack/attack-rows.ts';
import type { EvaluatedMetric } from '../evaluation/evaluation-rows.ts';
import { summarise } from '../evaluation/summarise-evaluation.ts';
import { maskOf } from '../examination/examination.ts';
import type { ProbeRow } from '../probe/probe-experiment.ts';
import { tested } from '../comparison/tested.ts';
import type { DiagnosisRow, Flip } from './diagnosis-rows.ts';
import type { DiagnosisSummary, MaskFooling, Mean } from './diagnosis-summary.ts';
import { verdictsOf } from './verdicts.ts';

export interface DiagnosisSettings {
  readonly explainers: readonly { readonly name: string }[];
  readonly metrics: readonly Pick<EvaluatedMetric, 'id' | 'name' | 'title' | 'better' | 'values'>[];
  readonly attacks: readonly RunAttack[];
  readonly baselines: readonly string[];
  readonly seed: number;
  /** What the probe says of its rows; null without one. */
  readonly probe: (rows: readonly ProbeRow[]) => Promise<ProbeSummary | null>;
}

/** All parts over all pictures, each as its own study summarises it, and what they come to in sentences. */
export async function summariseDiagnosis(
  rows: AsyncIterable<DiagnosisRow> | Iterable<DiagnosisRow>,
  { explainers, metrics, attacks, baselines, seed, probe }: DiagnosisSettings,
): Promise<DiagnosisSummary> {
  const all: DiagnosisRow[] = [];
  for await (const row of rows) all.push(row);
  // The order in which pictures were worked on is no result.
  all.sort((a, b) => (a.item < b.item ? -1 : 1));
  const order = explainers.map(({ name }) => name);
  const { summary: evaluation } = await summarise(
    all.flatMap(({ measurements }) => measurements),
    { metrics, order, seed },
  );
  const [only, ...others] = all;
  const single = only !== undefined && others.length === 0 ? only : undefined;
  const disturbances = all.flatMap((row) => row.disturbances);
  const found = {
    images: all.length,
    prediction: {
      ...{ decision: single?.decision ?? null, asked: single?.asked ?? null },
      options: single?.options ?? [],
      probability: meanOf(
        all.flatMap(({ probability }) => probability ?? []),
        seed,
        true,
      ),
      margin: meanOf(
        all.flatMap(({ margin }) => margin ?? []),
        seed,
        true,
      ),
    },
    agreement: agreementOf(all, new Set(baselines), seed),
    evaluation,
    probe: disturbances.length === 0 ? null : withoutExamples(await probe(disturbances)),
    fooling: foolingOf(all, attacks, seed),
    foolingComparisons: foolingComparisons(all, attacks, seed),
  };
  return { ...found, verdicts: verdictsOf(found, { metrics, baselines: new Set(baselines), attacks }) };
}

/** Pictures of the probe are kept with those of the other parts. */
function withoutExamples(summary: ProbeSummary | null): ProbeSummary | null {
  return summary && { ...summary, examples: [] };
}

function meanOf(values: readonly number[], seed: number, share = false): Mean {
  const { n, estimate, interval } = meanEstimate(values, { share, seed });
  return { n, mean: estimate, interval };
}

function agreementOf(
  rows: readonly DiagnosisRow[],
  baselines: ReadonlySet<string>,
  seed: number,
): DiagnosisSummary['agreement'] {
  const pairs = new Map<string, { first: string; second: string; values: number[] }>();
  const [methods, held]: [number[], number[]] = [[], []];
  for (const { similarities } of rows) {
    const own: number[] = [];
    const others: number[] = [];
    for (const { first, second, correlation } of similarities) {
      if (correlation === null) continue;
      const key = JSON.stringify([first, second]);
      const pair = pairs.get(key) ?? { first, second, values: [] };
      pairs.set(key, pair);
      pair.values.push(correlation);
      const many = [first, second].filter((name) => baselines.has(name)).length;
      if (many === 0) own.push(correlation);
      if (many === 1) others.push(correlation);
    }
    // An image counts once, however many pairs there are.
    if (own.length > 0) methods.push(mean(own).value!);
    if (others.length > 0) held.push(mean(others).value!);
  }
  return {
    methods: meanOf(methods, seed),
    baselines: meanOf(held, seed),
    pairs: [...pairs.values()].map(({ first, second, values }) => ({ first, second, ...meanOf(values, seed) })),
  };
}

function foolingOf(rows: readonly DiagnosisRow[], attacks: readonly RunAttack[], seed: number): readonly MaskFooling[] {
  const budgets = budgetsOf(attacks);
  const masks = new Map(attacks.map((attack) => [maskOf(attack), attack]));
  return [...masks].map(([mask, attack]) => {
    const flips = rows.flatMap((row) => row.flips.filter((each) => each.mask === mask));
    // Above the largest budget where none succeeds.
    const smallest = flips.map(({ epsilon }) => epsilon ?? Infinity).sort((a, b) => a - b);
    const flipped = smallest.filter(Number.isFinite).length;
    const isKnown = flipped > 0 && 2 * flipped > smallest.length;
    const shares = flips.map((flip) => shareOf(flip, budgets));
    const [only] = rows.length === 1 ? flips : [];
    return {
      ...{ mask, title: maskTitle(attack), n: flips.length, flipped },
      median: isKnown ? quantileOfMost(smallest) : null,
      share: meanOf(shares, seed, true),
      decision: only?.decision ?? null,
      probability: only?.probability ?? null,
    };
  });
}

function budgetsOf(attacks: readonly RunAttack[]): readonly number[] {
  return [...new Set(attacks.map(({ budget }) => budget.epsilon))].sort((a, b) => a - b);
}

/** Of budgets that flip a picture: the smallest that was found to, and all above it. */
function shareOf({ epsilon }: Flip, budgets: readonly number[]): number {
  return epsilon === null ? 0 : budgets.filter((budget) => budget >= epsilon - 1e-12).length / budgets.length;
}

/** Pairs of masks on the pictures that both were tried on, corrected together. */
function foolingComparisons(
  rows: readonly DiagnosisRow[],
  attacks: readonly RunAttack[],
  seed: number,
): DiagnosisSummary['foolingComparisons'] {
  const budgets = budgetsOf(attacks);
  const masks = [...new Set(attacks.map(maskOf))];
  const pairs = masks.flatMap((first, at) => masks.slice(at + 1).map((second) => ({ first, second })));
  const compared = pairs.map(({ first, second }) => {
    const both = rows.flatMap(({ flips }) => {
      const [ours, theirs] = [first, second].map((name) => flips.find(({ mask }) => mask === name));
      return ours === undefined || theirs === undefined
        ? []
        : [[shareOf(ours, budgets), shareOf(theirs, budgets)] as const];
    });
    const found = tested(
      both.map(([ours]) => ours),
      both.map(([, theirs]) => theirs),
      seed,
    );
    return { first, second, n: both.length, ...found };
  });
  const corrected = holm(compared.map(({ pValue }) => pValue ?? undefined));
  return compared.map((each, at) => ({ ...each, correctedPValue: corrected[at] ?? null }));
}

/** The median where less than half of the values are unknown and stand at the end. */
function quantileOfMost(ascending: readonly number[]): number {
  const known = ascending.filter(Number.isFinite);
  const most = known.at(-1)!;
  return quantile(
    ascending.map((value) => (Number.isFinite(value) ? value : most)),
    0.5,
  ).value!;
}

const places: Readonly<Record<string, string>> = {
  'origin-top': 'the top',
  'origin-bottom': 'the bottom',
  random: 'a random',
};

/** What a mask lets through, in words. */
function maskTitle({ mask: { id, title, fraction } }: RunAttack): string {
  const place = Object.hasOwn(places, id) ? places[id] : undefined;
  if (place === undefined) return id === 'all' ? 'every pixel' : `the mask ${title.toLowerCase()}`;
  const part = fraction === 0.1 ? 'tenth' : `${Number((100 * (fraction ?? 1)).toPrecision(3))} %`;
  return `${place} ${part}${id === 'random' ? '' : ' of the heat map'}`;
}
