import type { Box } from './metric.ts';

/** Captions of an image that are true, and the same captions with one thing changed, which makes them false. */
export interface CaptionTest {
  /** What was changed: `object`, `attribute`, `binding`, `left-right`, `above-below`, `word-order`, or what a benchmark calls it. */
  readonly kind: string;
  /** True captions, one a template; one at least. */
  readonly captions: readonly string[];
  /** False captions of the same templates, in the same order. */
  readonly against: readonly string[];
  /** Where the thing is that the captions are about, in pixels of the decoded image. */
  readonly box?: Box;
  /** Which captions are true of the mirror image; absent where that is not known. */
  readonly onMirror?: 'captions' | 'against';
  /** Which of the item's other pictures the false captions are true of, and the true ones false: the second picture of a pair. */
  readonly counterpart?: string;
  /** False captions beside `against`, where a benchmark asks for one of more than two: lists of the same templates. */
  readonly further?: readonly (readonly string[])[];
  /** What a benchmark calls this part of it, such as `swap_att`, for figures of its own. */
  readonly part?: string;
}

/** A thing in an image beside the one that a question is about. */
export interface OtherThing {
  /** In pixels of the decoded image. */
  readonly box: Box;
  /** What would be right if the question were about it; absent where that is not known. */
  readonly answer?: string;
}

/** A question about an image with its answer. */
export interface Question {
  /** What is asked for: `colour`, `kind`, `count`, `colour-at` (a place), `relation`, `fruit-at`, or what a benchmark calls it. */
  readonly kind: string;
  /** The question, or the statement to verify, in one or several phrasings, which all have this answer. */
  readonly phrasings: readonly string[];
  /** The words of each phrasing that name what is asked about, as they stand in it, in the same order. */
  readonly phrases?: readonly string[];
  /** As a model is to say it; letter case does not count. */
  readonly answer: string;
  /** The kind of answer, where the same word may be an answer of several: `attr`, `obj`, `rel`, `num` or `yesno`. */
  readonly answerType?: string;
  /** Whether the answer depends on where things are; whether the question has a word of place where absent. */
  readonly isSpatial?: boolean;
  /** Where the thing is that is asked about, in pixels of the decoded image, or of a picture of `boxesIn`. */
  readonly box?: Box;
  /** The size of the picture that boxes were drawn in, where the image may have been resized since; in pixels. */
  readonly boxesIn?: { readonly height: number; readonly width: number };
  readonly others?: readonly OtherThing[];
  /** The answer about the mirror image; absent where that is not known. */
  readonly onMirror?: string;
  /** Which of the item's other pictures has another answer to the same question, and that answer. */
  readonly counterpart?: { readonly picture: string; readonly answer: string };
}

/** One labelled or unlabelled image of a data set. */
export interface DatasetItem {
  /** Stable across runs and machines; seeds and records are keyed by it. */
  readonly id: string;
  /** The encoded image file. */
  read(): Promise<Uint8Array>;
  readonly label?: string;
  /** Where the labelled thing is, in pixels of the decoded image. */
  readonly boxes?: readonly Box[];
  readonly captionTests?: readonly CaptionTest[];
  /** The encoded files of pictures that belong to it, by name: what `counterpart` of caption tests and questions names. */
  readonly otherPictures?: Readonly<Record<string, () => Promise<Uint8Array>>>;
  readonly questions?: readonly Question[];
}

/** A stream of items in a fixed order. */
export interface Dataset {
  readonly name: string;
  readonly classes: readonly string[] | undefined;
  /** How many items there are, where that is known before they are streamed. */
  readonly size?: number;
  items(): AsyncIterable<DatasetItem>;
}
