import type { CaptionRow } from './row.ts';

/** What a row comes to; numbers are 1 for right, 0 for wrong and half for neither, scores averaged over templates. */
export interface Reading {
  /** The true captions preferred, on average over the image, its mirror image and its counterpart, as far as they were asked. */
  readonly right: number;
  /** The same for each template by itself. */
  readonly rightByTemplate: readonly number[];
  /** The same captions on a grey picture: right about the image without having seen it. */
  readonly prior: number;
  /**
   * Whether the two captions are told apart: where another picture makes the false ones true, whether two pictures and two captions are matched,
   * which no liking for words or pictures can do; else whether true captions are preferred.
   */
  readonly toldApart: number;
  /** How often that is to be expected of the words alone: half where two pictures are matched, else `prior`. */
  readonly byWords: number;
  /** By how much the scores speak for the true captions, in the model's units. */
  readonly evidence: number;
  /** Winoground's scores of two pictures and two captions; undefined without a picture that makes the false captions true. */
  readonly pair: { readonly text: number; readonly image: number; readonly group: number } | undefined;
}

/** How many scores a row holds of one picture. */
interface Scores {
  readonly right: readonly number[];
  readonly wrong: readonly number[];
}

export function read(row: CaptionRow): Reading {
  const image: Scores = { right: row.rightOnImage, wrong: row.wrongOnImage };
  const grey: Scores = { right: row.rightOnGrey, wrong: row.wrongOnGrey };
  const mirror = scoresOf(row.rightOnMirror, row.wrongOnMirror);
  const other = scoresOf(row.rightOnCounterpart, row.wrongOnCounterpart);
  /** For the captions that are true of each picture. */
  const asked = [
    { scores: image, sign: 1 },
    ...(mirror === undefined ? [] : [{ scores: mirror, sign: row.onMirror === 'against' ? -1 : 1 }]),
    ...(other === undefined ? [] : [{ scores: other, sign: -1 }]),
  ];
  const right = asked.map(({ scores, sign }) => preferred(sign * margin(scores)));
  const rightByTemplate = row.rightOnImage.map((_, template) =>
    average(asked.map(({ scores, sign }) => preferred(sign * marginOf(scores, template)))),
  );
  const turned = row.onMirror === 'against' ? mirror : other;
  const prior = preferred(margin(grey));
  const matched = turned && (margin(image) - margin(turned)) / 2;
  return {
    right: average(right),
    rightByTemplate,
    prior,
    toldApart: matched === undefined ? average(right) : preferred(matched),
    byWords: matched === undefined ? prior : 0.5,
    evidence: matched ?? average(asked.map(({ scores, sign }) => sign * margin(scores))),
    pair: turned && pairOf(image, turned),
  };
}

function scoresOf(right: readonly number[] | null, wrong: readonly number[] | null): Scores | undefined {
  return right === null || wrong === null ? undefined : { right, wrong };
}

/** By how much true captions of the image score above false ones, averaged over templates. */
function margin({ right, wrong }: Scores): number {
  return average(right) - average(wrong);
}

function marginOf({ right, wrong }: Scores, template: number): number {
  return right[template]! - wrong[template]!;
}

/** Thrush et al. 2022, equations 1 to 3; ties are not right. */
function pairOf(image: Scores, turned: Scores): NonNullable<Reading['pair']> {
  const text = margin(image) > 0 && margin(turned) < 0;
  const ofImage = average(image.right) > average(turned.right) && average(turned.wrong) > average(image.wrong);
  return { text: Number(text), image: Number(ofImage), group: Number(text && ofImage) };
}

function preferred(difference: number): number {
  return difference > 0 ? 1 : difference < 0 ? 0 : 0.5;
}

export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
