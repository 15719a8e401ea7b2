import type {
  BlindnessComparison,
  ComparisonSummary,
  MapAgreement,
  MeasureComparison,
  ToleranceResult,
  TransferRate,
} from '@understory/studies';
import { count, inSentence, number, percent, percentRange, probability, range } from '@understory/studies/results';
import { rangeText, valueText } from '../list-report/claims-section.ts';

/** The level below which a corrected p-value counts. */
const level = 0.05;

/** What a comparison found, a sentence each, the decisive ones first. */
export function comparisonFindings(
  summary: Pick<ComparisonSummary, 'agreement' | 'maps' | 'measures' | 'missing' | 'blindness' | 'transfers'>,
): readonly string[] {
  const { agreement, maps, measures, missing } = summary;
  const of = (part: MeasureComparison['part'], pattern: RegExp) =>
    measures.filter((each) => each.part === part && pattern.test(each.measure) && each.n > 0);
  return [
    ...(agreement.share === null
      ? []
      : [
          `The networks decide the same on ${agreement.count} of ${count(agreement.n, 'image')}: ${percent(agreement.share)} ` +
            `(95 % interval ${percentRange(agreement.interval)}).`,
        ]),
    ...of('prediction', /^accuracy$/).map((each) => `Accuracy: ${changeText(each)}.`),
    ...maps.flatMap(looksText),
    ...missing.map(
      ({ explainer, network, reason, count: many }) =>
        `Where they look: ${explainer} has no map in the ${network} network on ${count(many, 'image')}: ${reason.replace(/\.$/, '')}.`,
    ),
    ...(summary.blindness === null ? [] : [blindnessText(summary.blindness)]),
    // A probe of captions or questions has many numbers: those count here whose difference can be told.
    ...of('blindness', /^(?!probability )/)
      .filter(({ measure, correctedPValue }) => measure.startsWith('kept ') || (correctedPValue ?? 1) < level)
      .map((each) => `Blindness, ${each.title}: ${changeText(each)}.`),
    ...of('fooling', /./).map((each) => `Ease of fooling, ${each.title}: ${changeText(each)}.`),
    ...(['first', 'second'] as const).flatMap((from) => transferText(summary.transfers, from)),
    ...of('faithfulness', /./).map((each) => `Faithfulness, ${each.title}: ${changeText(each)}.`),
  ];
}

/** Which of the two is the blinder, as far as the interval of the difference tells. */
function blindnessText({ title, condition, first, second, difference, interval }: BlindnessComparison): string {
  if (first.mean === null && second.mean === null)
    return `Blindness, ${title} (${condition}): these images do not tell it of either network.`;
  const values = `${number(first.mean, 2)} for the first, ${number(second.mean, 2)} for the second`;
  const lead = `Blindness, ${title} (${condition}): ${values}`;
  if (difference === null || interval === null) return `${lead}; the difference cannot be told.`;
  const told = blindnessVerdict({ interval });
  return `${lead} (difference ${signed(difference)}, 95 % interval ${range(interval)}): ${told}.`;
}

export function blindnessVerdict({ interval }: Pick<BlindnessComparison, 'interval'>): string {
  if (interval === null || (interval[0] <= 0 && interval[1] >= 0)) return 'no difference can be told';
  return interval[0] > 0 ? 'the second is the blinder' : 'the first is the blinder';
}

/** How often adversarial images of one network fool the other too, through each mask. */
function transferText(transfers: readonly TransferRate[], from: TransferRate['from']): readonly string[] {
  const own = transfers.filter((each) => each.from === from);
  if (own.length === 0) return [];
  const other = from === 'first' ? 'second' : 'first';
  const rates = own.map(
    ({ mask, fooled, n, share, interval }) =>
      `${fooled} of ${n} through ${mask} (${percent(share)}, 95 % interval ${percentRange(interval)})`,
  );
  return [
    `Transfer: of adversarial images that fool the ${from} network, these fool the ${other} too: ${rates.join('; ')}.`,
  ];
}

/** `62.0 % against 60.5 %, 1.5 points lower (interval ..., p = ...): no difference that can be told`. */
function changeText(each: MeasureComparison): string {
  const { first, second, unit, difference, interval, correctedPValue, better } = each;
  const print = unit === 'share' ? percent : number;
  const values = `${print(first.mean)} for the first, ${print(second.mean)} for the second`;
  if (each.n === 1) return `${values} (one image, so no test)`;
  if (difference === 0 && interval === null) return `${values}: the same on every image`;
  const tested = `difference ${differenceText(each)}, 95 % interval ${differenceRange(each)}, corrected p ${probability(correctedPValue)}`;
  return `${values} (${tested}): ${verdictText(difference, correctedPValue, better)}`;
}

/** What a difference, second minus first, shows in the measure's own sense of better. */
export function verdictText(
  difference: number | null,
  correctedPValue: number | null,
  better: MeasureComparison['better'],
): string {
  if (difference === null || correctedPValue === null || correctedPValue >= level) return 'no difference can be told';
  if (better === 'neither') return difference > 0 ? 'higher in the second' : 'lower in the second';
  return difference > 0 === (better === 'higher') ? 'the second is better' : 'the second is worse';
}

type Difference = Pick<MeasureComparison, 'unit' | 'difference' | 'interval'>;

/** Second minus first: that of two fractions in percentage points. */
export function differenceText({ unit, difference }: Difference): string {
  return unit === 'share' ? valueText(difference, 'points') : signed(difference);
}

/** The interval of the same in its unit. */
export function differenceRange({ unit, interval }: Difference): string {
  return unit === 'share' ? rangeText({ interval, unit: 'points' }) : range(interval);
}

export function signed(value: number | null): string {
  return value === null ? number(value) : value > 0 ? `+${number(value)}` : number(value);
}

function looksText({ explainer, n, correlation, overlap }: MapAgreement): readonly string[] {
  if (n === 0) return [];
  const { same, control, difference, correctedPValue } = correlation;
  const values =
    `rank correlation of the maps of ${explainer} ${number(same.mean)}${intervalText(same.interval)}, ` +
    `highest tenth shared ${percent(overlap.same.mean)}`;
  if (control.mean === null || n === 1) return [`Where they look: ${values} (one image, so no control).`];
  const isAbove = difference !== null && difference > 0 && correctedPValue !== null && correctedPValue < level;
  const held = `maps of different images ${number(control.mean)} and ${percent(overlap.control.mean)}`;
  const told = isAbove
    ? 'they look at the same places, beyond what maps have in common whatever the image'
    : 'that they look at the same places cannot be told from what maps have in common whatever the image';
  return [`Where they look: ${values}; ${held}: ${told}.`];
}

function intervalText(interval: readonly [number, number] | null): string {
  return interval === null ? '' : ` (95 % interval ${range(interval)})`;
}

/** What became of a declared limit, in a sentence. */
export function toleranceText({ name, of, limit, value, interval, isExceeded, isCertain }: ToleranceResult): string {
  const asked = `${name.startsWith('max') ? 'at most' : 'at least'} ${inSentence(limit)} was declared`;
  if (value === null) return `Not measured: ${of}; ${asked}.`;
  const span = interval === null ? '' : ` (95 % interval ${range(interval)})`;
  const sure = interval === null || isCertain ? '' : ', but the interval does not rule out the opposite';
  return `${isExceeded === true ? 'Exceeded' : 'Kept'}: ${of} is ${inSentence(value)}${span}; ${asked}${sure}.`;
}
