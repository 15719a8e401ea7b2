import type { Metric } from '@understory/core';
import { mean } from '@understory/statistics';
import type { AttackRow } from '../attack/attack-rows.ts';
import type { EvaluatedMetric } from '../evaluation/evaluation-rows.ts';
import { maskOf, type Examination } from '../examination/examination.ts';
import type { ProbeRow } from '../probe/probe-experiment.ts';
import type { ComparisonRow } from './comparison-rows.ts';

/** A number of one picture, of either network. */
export interface Measure {
  readonly part: 'prediction' | 'faithfulness' | 'blindness' | 'fooling';
  /** Stable, such as `deletion gradcam`. */
  readonly measure: string;
  readonly title: string;
  /** How to print it: a share of 1, or a plain number. */
  readonly unit: 'share' | 'number';
  readonly better: Metric['better'];
  /** Null where the network has none. */
  readonly first: number | null;
  readonly second: number | null;
}

type Sided = Omit<Measure, 'first' | 'second'> & { readonly value: number | null };

/** Every number that is compared of one picture, in the order of tables; the same for the same row. */
export function measuresOf(
  { first, second, reason }: Pick<ComparisonRow, 'first' | 'second' | 'reason'>,
  metrics: readonly Pick<EvaluatedMetric, 'name' | 'better' | 'title'>[],
): readonly Measure[] {
  const sides = [sidedOf(first, metrics), sidedOf(second, metrics)] as const;
  const isOfTarget = ({ part, measure }: Sided) => part === 'faithfulness' || measure === 'target-probability';
  const [ours, theirs] = sides.map(
    (side) =>
      new Map(
        side.map((each) => [each.measure, reason !== null && isOfTarget(each) ? { ...each, value: null } : each]),
      ),
  );
  const known = new Map([...theirs!, ...ours!]);
  return [...new Set([...ours!.keys(), ...theirs!.keys()])].map((name) => {
    const { part, measure, title, unit, better } = known.get(name)!;
    const [first, second] = [ours!.get(name)?.value ?? null, theirs!.get(name)?.value ?? null];
    return { part, measure, title, unit, better, first, second };
  });
}

function sidedOf(
  own: Examination,
  metrics: readonly Pick<EvaluatedMetric, 'name' | 'better' | 'title'>[],
): readonly Sided[] {
  return [...predictionOf(own), ...faithfulnessOf(own, metrics), ...blindnessOf(own), ...foolingOf(own)];
}

function predictionOf({ correct, targetProbability, probability }: Examination): readonly Sided[] {
  const of = (measure: string, title: string, value: number | null, better: Sided['better']): readonly Sided[] =>
    value === null ? [] : [{ part: 'prediction', measure, title, unit: 'share', better, value }];
  return [
    ...of('accuracy', 'accuracy', correct === null ? null : Number(correct), 'higher'),
    ...of('target-probability', 'probability of the explained class', targetProbability, 'neither'),
    ...of('probability', 'probability of its own decision', probability, 'neither'),
  ];
}

function faithfulnessOf(
  { measurements }: Examination,
  metrics: readonly Pick<EvaluatedMetric, 'name' | 'better' | 'title'>[],
): readonly Sided[] {
  return measurements.map(({ metric, explainer, value }) => {
    const { title = metric, better = 'neither' } = metrics.find(({ name }) => name === metric) ?? {};
    return {
      ...{ part: 'faithfulness', measure: `${metric} ${explainer}`, title: `${title}, ${explainer}` },
      ...{ unit: 'number', better, value },
    };
  });
}

/** Of rows that tell of a disturbance, an image counting by the share of its repeats; of other probes what they say of the image. */
function blindnessOf({ disturbances, probed }: Examination): readonly Sided[] {
  if (probed.length > 0) {
    return probed.map(({ measure, title, condition, unit, estimate }) => ({
      ...{ part: 'blindness', measure: `${measure} ${condition}`, title: `${title}, ${condition}` },
      ...{ unit, better: 'neither', value: estimate },
    }));
  }
  const conditions = new Map<string, ProbeRow[]>();
  for (const row of disturbances) {
    const name = conditionOf(row);
    conditions.set(name, [...(conditions.get(name) ?? []), row]);
  }
  return [...conditions].flatMap(([name, rows]): readonly Sided[] => [
    {
      ...{ part: 'blindness', measure: `kept ${name}`, title: `keeps its decision, ${name}` },
      ...{ unit: 'share', better: 'lower', value: meanOf(rows, 'sameTop1') },
    },
    {
      ...{ part: 'blindness', measure: `probability ${name}`, title: `change of the probability, ${name}` },
      ...{ unit: 'number', better: 'neither', value: meanOf(rows, 'probabilityChange') },
    },
  ]);
}

function conditionOf({ control = 'shuffle', grid }: ProbeRow): string {
  const name = typeof control === 'string' ? control : 'shuffle';
  return typeof grid === 'number' ? `${name} ${grid} x ${grid}` : name;
}

/** The mean of what rows have under a name, true counting as 1; null where none has it. */
function meanOf(rows: readonly ProbeRow[], name: string): number | null {
  const values = rows.flatMap((row) => {
    const value = row[name];
    return typeof value === 'boolean' ? [Number(value)] : typeof value === 'number' ? [value] : [];
  });
  return mean(values).value ?? null;
}

/** The share of budgets at which an attack through a mask succeeds: one that succeeds at a budget does so at every larger one. */
function foolingOf({ attacks, budgets }: Examination): readonly Sided[] {
  const masks = new Map<string, AttackRow[]>();
  for (const row of attacks) {
    const mask = maskOf({ name: row.attack });
    masks.set(mask, [...(masks.get(mask) ?? []), row]);
  }
  return [...masks].map(([mask, rows]) => ({
    ...{ part: 'fooling', measure: `fooled ${mask}`, title: `fooled through ${mask}, fraction of budgets` },
    ...{ unit: 'share', better: 'lower', value: fooledShare(rows, budgets) },
  }));
}

function fooledShare(rows: readonly AttackRow[], budgets: number): number | null {
  if (budgets === 0 || rows.some(({ success }) => success === null)) return null;
  return (budgets - rows.filter(({ success }) => success === false).length) / budgets;
}
