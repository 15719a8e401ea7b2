import type { ComparisonSpec } from '../spec/study-spec.ts';
import type { ComparisonSummary, ToleranceResult } from './comparison-summary.ts';
import { tested, type Pair } from './tested.ts';

type Tolerances = ComparisonSpec['tolerances'];

interface Measured {
  readonly of: string;
  readonly value: number | null;
  readonly interval: readonly [low: number, high: number] | null;
}

type Found = Pick<ComparisonSummary, 'agreement' | 'measures' | 'maps' | 'blindness'> & {
  readonly pairsOf: (measure: string) => ReadonlyMap<string, Pair>;
  readonly seed: number;
};

/** Holds what was found against the limits that are declared, in the order of the specification's fields. */
export function judgeTolerances(tolerances: Tolerances, found: Found): readonly ToleranceResult[] {
  return (Object.keys(measurements) as (keyof Tolerances)[]).flatMap((name) => {
    const limit = tolerances[name];
    if (limit === undefined) return [];
    const measured = measurements[name](found);
    const { value, interval } = measured;
    const isMost = name.startsWith('max');
    const isBeyond = (each: number) => (isMost ? each > limit + rounding : each < limit - rounding);
    const isExceeded = value === null ? null : isBeyond(value);
    const isCertain = interval !== null && interval.every((end) => isBeyond(end) === isExceeded);
    return [{ name, limit, ...measured, isExceeded, isCertain }];
  });
}

/** A difference that is the limit on paper is not beyond it. */
const rounding = 1e-12;

const measurements: Readonly<Record<keyof Tolerances, (found: Found) => Measured>> = {
  maxDrop: (found) => {
    const accuracy = fall('the drop of accuracy', ['accuracy'], found);
    if (accuracy.value !== null) return accuracy;
    return fall('the drop of the probability of the explained class', ['target-probability'], found);
  },
  maxBlindness: (found) => {
    const { blindness } = found;
    if (blindness !== null) {
      const { title, condition, difference, interval } = blindness;
      return { of: `the rise of ${title} (${condition})`, value: difference, interval };
    }
    return rise(
      'the rise of the fraction of decisions that survive the probe',
      namesOf(found, 'blindness', /^kept shuffle/, /^kept /),
      found,
    );
  },
  maxFooling: (found) =>
    rise('the rise of the fraction of budgets at which attacks succeed', namesOf(found, 'fooling', /^fooled /), found),
  minAgreement: ({ agreement: { share, interval } }) => ({
    of: 'the fraction of images with the same decision',
    ...{ value: share, interval },
  }),
  minCorrelation: ({ maps }) => {
    const known = maps.filter(({ correlation }) => correlation.same.mean !== null);
    const [lowest] = known.toSorted((a, b) => a.correlation.same.mean! - b.correlation.same.mean!);
    return {
      of: `the rank correlation of heat maps${lowest === undefined ? '' : ` of ${lowest.explainer}`}`,
      value: lowest?.correlation.same.mean ?? null,
      interval: lowest?.correlation.same.interval ?? null,
    };
  },
};

/** The measures of a part that match the first pattern that any of them matches. */
function namesOf({ measures }: Found, part: string, ...patterns: readonly RegExp[]): readonly string[] {
  const names = measures.filter((each) => each.part === part).map(({ measure }) => measure);
  return patterns.map((pattern) => names.filter((name) => pattern.test(name))).find(({ length }) => length > 0) ?? [];
}

function rise(of: string, names: readonly string[], { pairsOf, seed }: Found): Measured {
  const images = new Map<string, Pair[]>();
  for (const name of names) {
    for (const [item, pair] of pairsOf(name)) images.set(item, [...(images.get(item) ?? []), pair]);
  }
  const means = [...images].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pairs]) => pairs);
  const side = (name: keyof Pair) =>
    means.map((pairs) => pairs.reduce((sum, pair) => sum + pair[name], 0) / pairs.length);
  const { difference, interval } = tested(side('second'), side('first'), seed);
  return { of, value: difference, interval };
}

function fall(of: string, names: readonly string[], found: Found): Measured {
  const { value, interval } = rise(of, names, found);
  return {
    of,
    value: value === null ? null : -value || 0,
    interval: interval === null ? null : [-interval[1] || 0, -interval[0] || 0],
  };
}
