import type {
  AttackComparison,
  AttackOutcome,
  AttackRecord,
  AttackRow,
  AttackSummary,
  RunAttack,
} from '@understory/studies';
import {
  adversarialPicture,
  className,
  count,
  number,
  percent,
  percentRange,
  probability,
} from '@understory/studies/results';
import { stepsText } from '../attack-report/tables.ts';
import { columns, type Style } from './columns.ts';

/** Of more pairs than this only those with the control are shown. */
const mostPairs = 21;

/** What a run of attacks found, as tables: a line a mask, then the pairs, the sweeps and what to be wary of. */
export function attackText(summary: AttackSummary, { parameters }: AttackRecord, style: Style): string {
  const { images, accuracy, attacks: outcomes, comparisons } = summary;
  const right =
    accuracy.n === 0 ? '' : `, ${accuracy.count} of ${accuracy.n} classified correctly (${percent(accuracy.share)})`;
  return [
    `${count(images, 'image')}${right}\n`,
    `\n${titleOf(parameters, style)}`,
    outcomesText(outcomes, style),
    excludedText(outcomes),
    '\n',
    picturesText(outcomes, style),
    comparisonsText(comparisons, parameters.attacks, style),
    curvesText(summary, style),
    warningsText(summary, style),
  ].join('');
}

/** What became of one image, a line an attack, with the file of the adversarial image. */
export function attackedImageText(
  path: string,
  rows: readonly AttackRow[],
  { out, saved, style }: { readonly out: string; readonly saved: boolean; readonly style: Style },
): string {
  const [first] = rows;
  if (first === undefined) return '';
  const original = saidOf(first.original, first.originalLabel);
  const lines = rows.map((row) => [
    style.cyan(row.attack),
    resultOf(row, style),
    ...(row.success === null
      ? []
      : [
          `${saidOf(row.target, row.targetLabel)} ${reachedText(row)}`,
          `saved ${savedText(row)}${row.savedSuccess === row.success ? '' : ', which changes the result'}`,
          saved ? `${out}/${adversarialPicture(row.item, row.attack)}` : '',
        ]),
  ]);
  const probable = first.originalProbability === null ? '' : ` ${percent(first.originalProbability)}`;
  return `${style.bold(path)}  ${original}${probable}\n${columns(lines, { indent: 2 })}`;
}

/** A class by its label or number; what another network says, or what a target is, in its own words. */
function saidOf(index: number | null, label: string | null): string {
  return index === null ? (label ?? '') : className({ index, label });
}

/** The probability of the target, or how its number changed. */
function reachedText({ value, targetProbability }: AttackRow): string {
  if (value === undefined) return percent(targetProbability);
  const probable = targetProbability === null ? '' : `, ${percent(targetProbability)}`;
  return `${number(value.original)} to ${number(value.adversarial)}${probable}`;
}

function savedText({ value, savedTargetProbability }: AttackRow): string {
  return value === undefined ? percent(savedTargetProbability) : number(value.saved);
}

function resultOf({ success, evaluations, reason }: AttackRow, style: Style): string {
  if (success === null) return `not attacked: ${reason}`;
  const steps = count(evaluations, 'step');
  return success ? style.green(`success in ${steps}`) : style.yellow(`no success in ${steps}`);
}

function titleOf({ attacks, goal, target, threshold }: AttackRecord['parameters'], style: Style): string {
  const [first] = attacks;
  if (first === undefined) return '';
  const preset = first.preset === null ? '' : `, preset ${first.preset}`;
  const title = `${style.bold(first.attack)}${preset}`;
  if (target === null) return `${title}, ${goal}: away from the predicted class\n`;
  const { index, label } = target;
  if (index !== null) return `${title}, ${goal}: towards ${className({ index, label })} (class ${index})\n`;
  const words = label ?? '';
  const isLowered = words.startsWith('-');
  const past = threshold === undefined ? '' : `, ${isLowered ? 'below' : 'above'} ${threshold}`;
  return `${title}: ${isLowered ? `lowers ${words.slice(1)}` : `raises ${words}`}${past}\n`;
}

function outcomesText(outcomes: readonly AttackOutcome[], style: Style): string {
  const paper = outcomes.some((outcome) => outcome.paper !== null);
  const rows = outcomes.map(({ attack, n, success, stepsOfSuccesses, stepsOfAll, paper: theirs }) => [
    style.cyan(attack),
    String(n),
    percent(success.share),
    percentRange(success.interval),
    stepsText(stepsOfSuccesses.mean),
    spread(stepsOfSuccesses.interval),
    stepsText(stepsOfAll.mean),
    spread(stepsOfAll.interval),
    ...(paper ? [percent(theirs?.success ?? null), stepsText(theirs?.steps ?? null)] : []),
  ]);
  const head = [
    ...['mask', 'images', 'success', '95 % interval', 'steps', '95 % interval', 'all steps', '95 % interval'],
    ...(paper ? ["paper's", 'steps'] : []),
  ];
  return [
    columns(rows, { indent: 2, right: numbersOf(head), head }),
    '  steps: model evaluations until success; all steps: failures counted as the maximum\n',
    paper
      ? "  the paper: Zheng, Can't See the Forest for the Trees, Table 1; its own network, target class 42 of ImageNet, first 100 images\n"
      : '',
  ].join('');
}

/** How far the images were changed, and what of the successes is left when they are saved or shown to another network. */
function picturesText(outcomes: readonly AttackOutcome[], style: Style): string {
  const transfers = outcomes.some(({ transfer }) => transfer !== null);
  const rows = outcomes.map(({ attack, maskPixels, saved, transfer, distances }) => [
    style.cyan(attack),
    pixelCount(maskPixels),
    pixelCount(distances.l0),
    number(distances.linf),
    number(distances.l2, 2),
    number(distances.ssim),
    `${saved.count} of ${saved.n}`,
    ...(transfers ? [`${transfer?.count ?? 0} of ${transfer?.n ?? 0}`, percentRange(transfer?.interval ?? null)] : []),
  ]);
  const head = [
    ...['adversarial images', 'mask', 'changed', 'Linf', 'L2', 'SSIM', 'saved'],
    ...(transfers ? ['transferred', '95 % interval'] : []),
  ];
  const others = transfers ? ', and to the other network' : '';
  return [
    columns(rows, { indent: 2, right: numbersOf(head), head }),
    `  means; mask and changed in pixels; saved: successes that remain with 8 bits per channel${others}\n`,
  ].join('');
}

/** A mean of whole numbers, which may be large. */
function pixelCount(mean: number | null): string {
  return mean === null ? '–' : mean.toFixed(Number.isInteger(mean) ? 0 : 1);
}

function numbersOf(head: readonly string[]): readonly number[] {
  return head.map((_, at) => at).slice(1);
}

/** A line a reason where it is the same for every attack, else a line for each. */
function excludedText(outcomes: readonly AttackOutcome[]): string {
  const lines = outcomes.map(({ excluded }) =>
    excluded.map(({ reason, count: many }) => `${count(many, 'image')} not attacked: ${reason}\n`),
  );
  const [first] = lines;
  const areAlike = lines.every((each) => JSON.stringify(each) === JSON.stringify(first));
  if (areAlike) return (first ?? []).map((line) => `  ${line}`).join('');
  return lines.flatMap((own, at) => own.map((line) => `  ${outcomes[at]!.attack}: ${line}`)).join('');
}

function comparisonsText(
  comparisons: readonly AttackComparison[],
  attacks: readonly RunAttack[],
  style: Style,
): string {
  if (comparisons.length === 0) return '';
  const control = attacks.at(-1)!.mask.id;
  const isControl = (name: string) => attacks.find((attack) => attack.name === name)?.mask.id === control;
  const shown =
    comparisons.length <= mostPairs
      ? comparisons
      : comparisons.filter(({ first, second }) => isControl(first) || isControl(second));
  const rows = shown.map(({ first, second, n, success, steps }) => [
    `${style.cyan(first)} minus ${style.cyan(second)}`,
    String(n),
    percent(success.difference).replace('-', '−'),
    `${success.onlyFirst} : ${success.onlySecond}`,
    probability(success.pValue),
    significant(success.correctedPValue, style),
    stepsText(steps.difference),
    spread(steps.interval),
    probability(steps.pValue),
    significant(steps.correctedPValue, style),
  ]);
  const head = ['', 'images', 'success', 'only one', 'p', 'p (Holm)', 'all steps', '95 % interval', 'p', 'p (Holm)'];
  return [
    `\n  on the same images${shown.length < comparisons.length ? `, with ${control}; the report has all ${comparisons.length} pairs` : ''}:\n`,
    columns(rows, { indent: 2, right: numbersOf(head), head }),
  ].join('');
}

function curvesText({ curves }: AttackSummary, style: Style): string {
  return curves
    .map(({ mask, along, at, points }) => {
      const held = at === null ? '' : `, ${along === 'fraction' ? 'epsilon' : 'fraction'} ${number(at)}`;
      const values = points.map(({ x, share, interval }) => [number(x), percent(share), percentRange(interval)]);
      return `\n  success of ${style.cyan(mask)} along ${along}${held}\n${columns(values, { indent: 4, right: [0, 1, 2] })}`;
    })
    .join('');
}

const rules = {
  withinEpsilon: 'leave epsilon',
  withinPixels: 'are no pixels in 0..1',
  zeroOutsideMask: 'change pixels outside the mask',
  savedWithinEpsilon: 'leave epsilon when rounded to 8 bits',
} as const;

function warningsText({ attacks, warnings }: AttackSummary, style: Style): string {
  const broken = attacks.flatMap(({ attack, broken: counts }) =>
    (Object.keys(rules) as (keyof typeof rules)[])
      .filter((rule) => counts[rule] > 0)
      .map((rule) => `${attack}: ${count(counts[rule], 'adversarial image')} ${rules[rule]}`),
  );
  const told = warnings.map(({ attack, warning, count: many }) => `${attack}: ${count(many, 'image')}: ${warning}`);
  return [...broken, ...told].map((line) => `${style.yellow('warning')} ${line}\n`).join('');
}

function significant(pValue: number | null, style: Style): string {
  const text = probability(pValue);
  return pValue !== null && pValue < 0.05 ? style.green(text) : text;
}

function spread(interval: readonly [number, number] | null): string {
  return interval === null ? '–' : interval.map(stepsText).join(' to ');
}
