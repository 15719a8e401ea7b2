import type { Tensor } from '../tensor/tensor.ts';
import type { Feeds } from './model.ts';
import type { Subject, Target } from './subject.ts';

/** The name of the task at Hugging Face. */
export const imageTextTask = 'zero-shot-image-classification';

/** A model that says how well captions fit a picture: `model` is the image tower, whose embedding is compared with those of captions. */
export interface ImageTextMatcher extends Subject {
  readonly task: typeof imageTextTask;
  /** The embedding of each picture, `[D]` of length 1. */
  images(feeds: Feeds): Promise<readonly Float32Array[]>;
  /**
   * The embedding of each caption, `[D]` of length 1, computed once for each text.
   * Throws CAPTION_EMPTY, TOKENIZER_MISSING and what running the text tower throws.
   */
  texts(captions: readonly string[]): Promise<readonly Float32Array[]>;
  /** What the model gives each pair, `[pictures, captions]`: its scale times the cosine, plus its bias where it has one. */
  scores(feeds: Feeds, captions: readonly string[]): Promise<Tensor<'float32'>>;
  /**
   * The score of a caption as a target, or its score minus that of another one. Targets of captions are of one form, and those of
   * contrasts of another. Throws what `texts` throws, and CAPTIONS_ALIKE where the model reads both captions as the same.
   */
  caption(caption: string, against?: string): Promise<Target>;
}

/** Whether a subject compares pictures with captions. */
export function isImageTextMatcher(subject: Subject): subject is ImageTextMatcher {
  return subject.task === imageTextTask && 'caption' in subject;
}
