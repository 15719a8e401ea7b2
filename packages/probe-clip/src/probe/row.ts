/** What a model says of one caption test of one picture; scores are one number a template, as the model gives them. */
export interface CaptionRow {
  readonly item: string;
  /** Of the item, counted from 0. */
  readonly test: number;
  /** What was changed in the false captions, such as `left-right`. */
  readonly kind: string;
  /** What a benchmark calls the part of it that the test belongs to; null where it has no parts. */
  readonly part: string | null;
  /** The true and the false caption of the first template. */
  readonly caption: string;
  readonly against: string;
  readonly rightOnImage: readonly number[];
  readonly wrongOnImage: readonly number[];
  /** Which captions are true of the mirror image; null where that is not known, or not asked. */
  readonly onMirror: 'captions' | 'against' | null;
  /** Of the captions that are true of the image, whatever is true of the mirror image. */
  readonly rightOnMirror: readonly number[] | null;
  readonly wrongOnMirror: readonly number[] | null;
  /** The picture of which the false captions are true, where there is one. */
  readonly counterpart: string | null;
  readonly rightOnCounterpart: readonly number[] | null;
  readonly wrongOnCounterpart: readonly number[] | null;
  /** On a grey picture, which shows nothing. */
  readonly rightOnGrey: readonly number[];
  readonly wrongOnGrey: readonly number[];
  /** Between how many captions a benchmark has a model choose. */
  readonly choices: number;
  /** Whether the true caption has the highest score of all of them on the image, its templates averaged. */
  readonly isBest: boolean;
  /** The share of the map of the true caption that lies inside the box of the thing that it is about; null where there is none. */
  readonly mapInBox: number | null;
  /** The same of a Gaussian around the middle of the picture, and of a map that is the same everywhere. */
  readonly centreInBox: number | null;
  readonly boxShare: number | null;
  /** Why there is no map; null where there is one, and where nothing was to be explained. */
  readonly mapReason: string | null;
}
