import type { ProbeChart, ProbeEstimate, ProbeExample, ProbeRequest, ProbeSection } from '@understory/core';
import { meanEstimate, pairedDifference } from '@understory/statistics';
import { constraints, type Constraint } from '../../constraint/constraint.ts';
import { inOrder, titleOf, type Condition } from '../kinds.ts';
import { boxKinds, heldOf, type BoxKind, type HeldRow } from './held-row.ts';
import type { HeldExamples } from './held-examples.ts';
import type { HeldGroup, HeldTally, Pair } from './held-tally.ts';
import { heldPictures } from './keep-held-pictures.ts';

const ways: Readonly<Record<Constraint, string>> = {
  crop: 'cropped',
  blur: 'blurred around',
  tokens: 'other tokens hidden',
};

const boxTitles: Readonly<Record<BoxKind, string>> = {
  own: "the model's own box",
  true: 'the true box',
  random: 'a random box',
};

/** What became of answers that were held to boxes; undefined where none were. */
export function heldSection(
  tally: HeldTally,
  examples: HeldExamples,
  { seed, keep }: Pick<ProbeRequest, 'seed' | 'keep'>,
): ProbeSection | undefined {
  const asked = constraints.filter((constraint) => tally.constraints.includes(constraint));
  if (asked.length === 0 && tally.notHeld.size === 0) return undefined;
  const named = asked.map((constraint) => ({ constraint, groups: namedGroups(tally, constraint) }));
  return {
    title: 'Answers held to a box',
    estimates: named.flatMap(({ constraint, groups }) =>
      groups.flatMap(({ title, group }) => estimatesOf(`${ways[constraint]}: ${title}`, group, seed)),
    ),
    charts: named.map(({ constraint, groups }) => chartOf(constraint, groups, seed)),
    examples: keep === undefined ? [] : examples.chosen().map(({ kind, candidate }) => exampleOf(kind, candidate.row)),
    remarks: remarksOf(tally, asked, seed),
  };
}

interface NamedGroup {
  readonly title: string;
  readonly group: HeldGroup;
}

function namedGroups(tally: HeldTally, constraint: Constraint): readonly NamedGroup[] {
  const kinds = tally.kinds(constraint);
  const groupOf = new Map<Condition, HeldGroup>(kinds.map(({ kind, group }) => [kind, group]));
  const ordered = inOrder(groupOf.keys());
  const isSeveral = (isSpatial: boolean) => ordered.filter((kind) => kind.isSpatial === isSpatial).length > 1;
  return [
    ...ordered.map((kind) => ({ title: titleOf(kind, ordered), group: groupOf.get(kind)! })),
    ...(isSeveral(false) ? [{ title: 'all about things', group: tally.about('things', constraint) }] : []),
    ...(isSeveral(true) ? [{ title: 'all about places', group: tally.about('places', constraint) }] : []),
    ...(ordered.length > 1 ? [{ title: 'all questions', group: tally.all(constraint) }] : []),
  ];
}

function estimatesOf(condition: string, group: HeldGroup, seed: number): readonly ProbeEstimate[] {
  const there = boxKinds.filter((box) => group.pairs(box).size > 0);
  const [first] = there;
  if (first === undefined) return [];
  const share = (measure: string, title: string, values: readonly number[]): ProbeEstimate => ({
    ...{ measure, title, condition, unit: 'share' },
    ...meanEstimate(values, { share: true, seed }),
  });
  const pairsOf = (box: BoxKind) => [...group.pairs(box).values()];
  return [
    share(
      'right-plain',
      'answered right, the whole picture',
      pairsOf(first).map(({ plain }) => plain),
    ),
    ...there.map((box) =>
      share(
        `right-${box}`,
        `answered right, ${boxTitles[box]}`,
        pairsOf(box).map(({ held }) => held),
      ),
    ),
    ...there.map((box): ProbeEstimate => ({
      ...{ measure: `gain-${box}`, title: `gain of ${boxTitles[box]}`, condition, unit: 'number' },
      ...differenceOf(
        pairsOf(box).map(({ held, plain }) => [held, plain]),
        seed,
      ),
    })),
    ...(there.includes('own') && there.includes('random') ? [beyondRandom(condition, group, seed)] : []),
  ];
}

function beyondRandom(condition: string, group: HeldGroup, seed: number): ProbeEstimate {
  const random = group.pairs('random');
  const both = [...group.pairs('own')].flatMap(([item, { held }]): [number, number][] => {
    const other = random.get(item);
    return other === undefined ? [] : [[held, other.held]];
  });
  return {
    ...{ measure: 'own-beyond-random', title: "the model's own box above a random one", condition, unit: 'number' },
    ...differenceOf(both, seed),
  };
}

/** Of more images than this Student's interval is as good as the bootstrap's, which would take long. */
const bootstrapUpTo = 500;

function differenceOf(
  pairs: readonly (readonly [one: number, other: number])[],
  seed: number,
): Pick<ProbeEstimate, 'n' | 'estimate' | 'interval' | 'pValue'> {
  const { n, mean, interval, pValue } = pairedDifference(
    pairs.map(([one]) => one),
    pairs.map(([, other]) => other),
    { seed, method: pairs.length > bootstrapUpTo ? 't' : 'bca' },
  );
  const [low, high] = interval ?? [];
  return {
    ...{ n, estimate: mean ?? null, ...(pValue !== undefined && { pValue }) },
    interval: low === undefined || high === undefined ? null : [withoutRest(low), withoutRest(high)],
  };
}

/** Zero of what is zero but for rounding. */
function withoutRest(value: number): number {
  return Math.abs(value) < 1e-12 ? 0 : value;
}

function chartOf(constraint: Constraint, groups: readonly NamedGroup[], seed: number): ProbeChart {
  const mark = (series: string, pairs: ReadonlyMap<string, Pair>, of: (pair: Pair) => number) => {
    const { estimate, interval } = meanEstimate([...pairs.values()].map(of), { share: true, seed });
    return estimate === null ? [] : [{ series, value: estimate, interval }];
  };
  return {
    ...{ title: `Right answers, ${ways[constraint]}`, axis: 'fraction of questions', unit: 'share' },
    rows: groups.map(({ title, group }) => {
      const [first = 'true'] = boxKinds.filter((box) => group.pairs(box).size > 0);
      return {
        name: title,
        marks: [
          ...mark('the whole picture', group.pairs(first), ({ plain }) => plain),
          ...boxKinds.flatMap((box) => mark(boxTitles[box], group.pairs(box), ({ held }) => held)),
        ],
      };
    }),
  };
}

function remarksOf(tally: HeldTally, asked: readonly Constraint[], seed: number): readonly string[] {
  const { phrasings, withoutBox, notHeld } = tally;
  const outcomes = asked.map((constraint) => {
    const gains = boxKinds.flatMap((box) => {
      const pairs = [...tally.all(constraint).pairs(box).values()];
      if (pairs.length === 0) return [];
      const { estimate, pValue } = differenceOf(
        pairs.map(({ held, plain }) => [held, plain]),
        seed,
      );
      return [`${boxTitles[box]} ${points(estimate ?? 0)}${pValue === undefined ? '' : ` (p ${tested(pValue)})`}`];
    });
    return `${ways[constraint]}, ${gains.join(', ')}`;
  });
  return [
    ...(outcomes.length === 0
      ? []
      : [
          `Right answers gained or lost where the model sees no more than a box, in percentage points over all questions: ${outcomes.join('; ')}.`,
          'The true box is what a perfect detector would find, and its gain what better boxes could bring; the random box is as large as the model’s own and lies anywhere, from the seed and the image. Intervals and tests (two-sided sign-flip) are paired by image; p-values are not corrected for how many there are.',
        ]),
    ...(withoutBox === 0
      ? []
      : [
          `The model has no box for what is asked about in ${withoutBox} of ${phrasings} phrasings of questions; there the plain answer stands, also for the random box.`,
        ]),
    ...[...notHeld].map(([constraint, why]) => `Answers could not be held by "${constraint}": ${why}.`),
    ...(asked.includes('tokens')
      ? [
          'Where tokens are hidden, attention reads no token of a part of the picture that the box does not touch, and positions are those of the whole picture; what convolutions in front of the tokens took from beyond the box is still in those that stay.',
        ]
      : []),
  ];
}

const exampleTitles = { helped: "the model's box helps", harmed: "the model's box harms" } as const;

function exampleOf(kind: keyof typeof exampleTitles, row: HeldRow): ProbeExample {
  const { item, test, question, answer, said, probability } = row;
  return {
    item,
    title: `${exampleTitles[kind]}: “${question}” (${answer})`,
    pictures: [
      { name: heldPictures.boxes(test), caption: `boxes, true and its own; says ${words(said[0]!, probability[0]!)}` },
      ...(heldOf(row) ?? [])
        .filter(({ box }) => box === 'own')
        .map((each) => ({
          name: heldPictures.held(test, each.constraint),
          caption: `${ways[each.constraint]}: says ${words(each.said[0]!, each.probability[0]!)}`,
        })),
    ],
  };
}

function words(said: string, probability: number): string {
  return `${said} (${(100 * probability).toFixed(0)} %)`;
}

function points(gain: number): string {
  return `${gain > 0 ? '+' : ''}${(100 * gain).toFixed(1).replace('-', '−')}`;
}

function tested(pValue: number): string {
  return pValue < 0.001 ? 'below 0.001' : `= ${pValue.toFixed(3)}`;
}
