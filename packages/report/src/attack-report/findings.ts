import type { AttackComparison, AttackOutcome, AttackRecord, AttackSummary, RunAttack } from '@understory/studies';
import { count, percent, percentRange, probability } from '@understory/studies/results';
import { settingsText } from './naming.ts';
import { pointsText, stepsRange, stepsText } from './tables.ts';

/** Two masks, by their ids. */
interface Question {
  readonly first: string;
  readonly second: string;
  readonly what: string;
}

/** The pairs of masks that the paper's findings are about, and each mask against the control of equal area. */
const questions: readonly Question[] = [
  {
    first: 'origin-bottom',
    second: 'origin-top',
    what: 'The least important pixels by the heat map of the original class against the most important',
  },
  {
    first: 'target-bottom',
    second: 'target-top',
    what: 'The least important pixels by the heat map of the target against the most important',
  },
  {
    first: 'uniform',
    second: 'origin-top',
    what: 'Evenly spaced pixels against the most important by the heat map of the original class',
  },
  { first: 'origin-top', second: 'random', what: 'The most important pixels by the heat map against random pixels' },
  {
    first: 'origin-bottom',
    second: 'random',
    what: 'The least important pixels by the heat map against random pixels',
  },
  {
    first: 'target-top',
    second: 'random',
    what: 'The most important pixels by the target’s heat map against random pixels',
  },
  {
    first: 'target-bottom',
    second: 'random',
    what: 'The least important pixels by the target’s heat map against random pixels',
  },
];

/** What the run came to in sentences, none of them beyond what its intervals and corrected tests support. */
export function findings(summary: AttackSummary, record: AttackRecord): readonly string[] {
  return [
    ...extremes(summary),
    ...paired(summary, record.parameters.attacks),
    ...differences(summary),
    ...saved(summary),
    ...transferred(summary, record),
    ...rules(summary),
    ...controls(summary, record),
  ];
}

function extremes({ attacks }: AttackSummary): readonly string[] {
  const known = attacks.filter(({ success }) => success.share !== null);
  const sorted = known.toSorted((one, other) => other.success.share! - one.success.share!);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return ['No image was attacked.'];
  const text = ({ attack, success }: AttackOutcome) =>
    `through ${attack}: on ${success.count} of ${count(success.n, 'image')}, ${percent(success.share)} (95 % ${percentRange(success.interval)})`;
  if (known.length === 1) return [`The attack succeeds ${text(first)}.`];
  if (first.success.share === last.success.share) {
    return [`The attack succeeds ${text(first)}; through every other mask it succeeds as often.`];
  }
  const alike = ({ success }: AttackOutcome) => {
    const others = known.filter((each) => each.success.share === success.share).length - 1;
    return others === 0 ? '' : `, and as often through ${count(others, 'other mask')}`;
  };
  return [`The attack succeeds most often ${text(first)}${alike(first)}; least often ${text(last)}${alike(last)}.`];
}

function paired({ attacks, comparisons }: AttackSummary, asked: readonly RunAttack[]): readonly string[] {
  const byName = new Map(asked.map((attack) => [attack.name, attack]));
  const outcomes = new Map(attacks.map((each) => [each.attack, each]));
  return questions.flatMap((question) => {
    const answers = comparisons.flatMap((comparison): readonly Answer[] => {
      const [one, other] = [byName.get(comparison.first), byName.get(comparison.second)];
      if (one === undefined || other === undefined || comparison.n === 0) return [];
      if (one.mask.id === question.first && other.mask.id === question.second) return [{ of: one, found: comparison }];
      if (one.mask.id !== question.second || other.mask.id !== question.first) return [];
      return [{ of: other, found: reversed(comparison) }];
    });
    const [only, ...more] = answers;
    if (only === undefined) return [];
    if (more.length > 0) return [`${question.what}: ${tally(question, answers)}.`];
    const setting = only.of.mask.fraction === 0.1 ? '' : ` (${settingsText(only.of)})`;
    return [`${question.what}${setting}: ${verdict(question, only.found)}${ofThePaper(only.found, outcomes)}`];
  });
}

/** What a question came to in one setting. */
interface Answer {
  readonly of: RunAttack;
  readonly found: AttackComparison;
}

/** In how many settings of a sweep something is shown. */
function tally({ first, second }: Question, answers: readonly Answer[]): string {
  const shown = answers.filter(({ found }) => isShown(found.success.correctedPValue));
  const more = shown.filter(({ found }) => found.success.difference! > 0);
  const fewer = answers.filter(({ found: { steps } }) => isShown(steps.correctedPValue) && steps.difference! < 0);
  const where = (some: readonly Answer[]) =>
    some.length === 0 || some.length > 3 ? '' : ` (${some.map(({ of }) => settingsText(of)).join('; ')})`;
  const less = shown.filter((each) => !more.includes(each));
  return [
    `of ${answers.length} settings, ${first} succeeds more often than ${second} in ${more.length}${where(more)}`,
    `less often in ${less.length}${where(less)}, and takes fewer steps in ${fewer.length}`,
    'no significant difference in the others',
  ].join(', ');
}

function verdict({ first, second }: Question, { n, success, steps }: AttackComparison): string {
  const { difference, onlyFirst, onlySecond, correctedPValue } = success;
  const counts = `${count(onlyFirst, 'image')} only through ${first}, ${count(onlySecond, 'image')} only through ${second}, of ${n}; p ${signed(correctedPValue)}`;
  const said = isShown(correctedPValue)
    ? `${first} succeeds ${difference! > 0 ? 'more' : 'less'} often than ${second}, by ${pointsText(Math.abs(difference!))} points (${counts})`
    : `no significant difference in success between ${first} and ${second} (${counts})`;
  const takes =
    isShown(steps.correctedPValue) && steps.difference !== null && steps.interval !== null
      ? `; it takes ${stepsText(Math.abs(steps.difference))} steps ${steps.difference < 0 ? 'fewer' : 'more'} (95 % ${stepsRange(steps.interval)}, failures as the maximum)`
      : '; no significant difference in steps';
  return `${said}${takes}.`;
}

function ofThePaper(
  { first, second, success }: AttackComparison,
  outcomes: ReadonlyMap<string, AttackOutcome>,
): string {
  const [ours, theirs] = [outcomes.get(first)?.paper, outcomes.get(second)?.paper];
  if (!ours || !theirs) return '';
  const difference = ours.success - theirs.success;
  const paper = ` The paper, on its network, has ${difference > 0 ? '+' : ''}${pointsText(difference)} points`;
  if (!isShown(success.correctedPValue) || success.difference === null) {
    return `${paper}; this run neither supports nor contradicts that.`;
  }
  return Math.sign(success.difference) === Math.sign(difference)
    ? `${paper}: the same direction.`
    : `${paper}: the other direction.`;
}

function differences({ comparisons }: AttackSummary): readonly string[] {
  if (comparisons.length === 0) return [];
  const inSuccess = comparisons.filter(({ success }) => isShown(success.correctedPValue)).length;
  const inSteps = comparisons.filter(({ steps }) => isShown(steps.correctedPValue)).length;
  return [
    `Of ${count(comparisons.length, 'pair')} of masks, ${inSuccess} differ in success and ${inSteps} in steps at the 5 % level, after Holm’s correction over both.`,
  ];
}

function saved({ attacks }: AttackSummary): readonly string[] {
  const n = sum(attacks.map((each) => each.saved.n));
  const kept = sum(attacks.map((each) => each.saved.count));
  if (n === 0) return [];
  if (kept === n)
    return [`All ${n} adversarial images that succeed still do when saved with 8 bits per channel and read back.`];
  return [
    `Of ${n} adversarial images that succeed, ${kept} still do when saved with 8 bits per channel and read back (${percent(kept / n)}).`,
  ];
}

function transferred({ attacks }: AttackSummary, { parameters }: AttackRecord): readonly string[] {
  const known = attacks.flatMap(({ transfer }) => transfer ?? []);
  const n = sum(known.map((each) => each.n));
  if (n === 0) return [];
  return [
    `Of ${count(n, 'adversarial image')} shown to ${parameters.transfer?.name ?? 'another network'} as well, ${sum(known.map((each) => each.count))} are adversarial for it too.`,
  ];
}

function rules({ attacks }: AttackSummary): readonly string[] {
  const made = sum(attacks.map(({ n }) => n));
  if (made === 0) return [];
  const broken = sum(attacks.flatMap((each) => Object.values(each.broken)));
  return broken === 0
    ? [
        `Every one of the ${made} attacked images lies within epsilon and within 0..1 and is unchanged outside its mask.`,
      ]
    : [
        `${count(broken, 'constraint is', 'constraints are')} violated: see the last column of the table of distances before using a number.`,
      ];
}

function controls({ attacks }: AttackSummary, { parameters }: AttackRecord): readonly string[] {
  const masked = parameters.attacks.some(({ mask }) => mask.fraction !== null && mask.id !== 'random');
  const control = parameters.attacks.some(({ mask }) => mask.id === 'random');
  return attacks.length > 1 && masked && !control
    ? ['The run has no control: add the mask random to separate the effect of a mask’s location from that of its area.']
    : [];
}

function reversed(comparison: AttackComparison): AttackComparison {
  const { first, second, success, steps } = comparison;
  const negative = (value: number | null) => (value === null ? null : 0 - value);
  return {
    ...comparison,
    ...{ first: second, second: first },
    success: {
      ...success,
      difference: negative(success.difference),
      ...{ onlyFirst: success.onlySecond, onlySecond: success.onlyFirst },
    },
    steps: {
      ...steps,
      difference: negative(steps.difference),
      interval: steps.interval === null ? null : [0 - steps.interval[1], 0 - steps.interval[0]],
    },
  };
}

function isShown(correctedPValue: number | null): boolean {
  return correctedPValue !== null && correctedPValue < 0.05;
}

function signed(pValue: number | null): string {
  const text = probability(pValue);
  return text.startsWith('<') || text === '–' ? text : `= ${text}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
