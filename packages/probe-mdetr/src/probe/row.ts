/** What `turned` calls the mirror image. */
export const mirrorImage = 'mirror image';

/**
 * What a model says to one question about one picture. Lists have one entry a phrasing, in the order of the question's; answers are their words without
 * their type.
 */
export interface QuestionRow {
  readonly item: string;
  /** Of the item, counted from 0. */
  readonly test: number;
  /** What is asked for, such as `colour-at`. */
  readonly kind: string;
  /** Whether the answer depends on where things are. */
  readonly isSpatial: boolean;
  /** The first phrasing. */
  readonly question: string;
  readonly answer: string;
  readonly answerType: string | null;
  /** Whether the model has that answer at all. */
  readonly isKnown: boolean;

  readonly said: readonly string[];
  readonly right: readonly boolean[];
  /** That the model gives what it says. */
  readonly probability: readonly number[];

  /** On a grey picture, which shows nothing. */
  readonly saidOnGrey: readonly string[];
  readonly rightOnGrey: readonly boolean[];
  /** With the patches of the picture in another order. */
  readonly saidOnShuffled: readonly string[];
  readonly rightOnShuffled: readonly boolean[];

  /** The same question about the mirror image; null where that was not asked. */
  readonly saidOnMirror: readonly string[] | null;
  /** Null where the answer is not known. */
  readonly answerOnMirror: string | null;
  /** The first phrasing with left and right exchanged; null where it has neither, or where that was not asked. */
  readonly swapped: string | null;
  /** The questions with left and right exchanged, about the image and about the mirror image. */
  readonly saidOfSwapped: readonly string[] | null;
  readonly saidOfSwappedOnMirror: readonly string[] | null;

  /** A picture in which another answer is right: `mirror image`, or the name of the item's other picture. */
  readonly turned: string | null;
  readonly answerOnTurned: string | null;
  readonly saidOnTurned: readonly string[] | null;
  readonly rightOnTurned: readonly boolean[] | null;
  /** By how much the answer scores above the one of the turned picture, on the image and there; null where the model lacks one of them. */
  readonly margin: readonly number[] | null;
  readonly marginOnTurned: readonly number[] | null;

  /**
   * Intersection over union of the box of the asked phrase with that of the thing asked about; 0 where the model finds no box, null without boxes.
   */
  readonly iou: readonly number[] | null;
  /** The same with the best of the other things. */
  readonly iouOfOthers: readonly number[] | null;

  /** The shares of a map of the answer given, first phrasing, that lie inside the asked thing and inside the other; null without one. */
  readonly mapInBox: number | null;
  readonly mapInOther: number | null;
  /** The same of a map that is the same everywhere. */
  readonly boxShare: number | null;
  readonly otherShare: number | null;
  /** Why there is no map; null where there is one, and where nothing was to be explained. */
  readonly mapReason: string | null;

  /** Maps of forced answers: the right one, that of the other thing, and one of no thing in the picture, with their shares as above. */
  readonly forced: readonly string[] | null;
  readonly forcedInBox: readonly number[] | null;
  readonly forcedInOther: readonly number[] | null;
}
