import { imageTextTask, questionTask, type DatasetItem, type SeededRandom, type Subject } from '@understory/core';
import type { CommonSpec } from '../spec/study-spec.ts';

/** What an image asks a model that reads text, with what is right. */
export interface AskedText {
  /** In words, for a person. */
  readonly words: string;
  readonly captions?: readonly string[];
  readonly question?: string;
  /** The caption that is true, or the answer. */
  readonly right: string;
}

/** Whether a run leaves it to its images what a model is asked. */
export function isAskedByImages(
  { task }: Subject,
  { captions, against, question }: Pick<CommonSpec, 'captions' | 'against' | 'question'>,
): boolean {
  if (task === imageTextTask) return captions === undefined && against === undefined;
  return task === questionTask && question === undefined;
}

/**
 * One of an item's caption tests or questions, drawn by `random`, so that every kind has its turn; both networks of a comparison are asked
 * the same. Undefined of an item that has none.
 */
export function askedTextOf(
  { captionTests = [], questions = [] }: Pick<DatasetItem, 'captionTests' | 'questions'>,
  task: string,
  random: SeededRandom,
): AskedText | undefined {
  if (task === imageTextTask) {
    if (captionTests.length === 0) return undefined;
    const { captions, against } = captionTests[random.integer(captionTests.length)]!;
    const [right, wrong] = [captions[0]!, against[0]!];
    // Of captions that score alike the first is best, which must not always be the true one.
    const shown = random.integer(2) === 0 ? [right, wrong] : [wrong, right];
    return { words: shown.map((each) => `“${each}”`).join(' or '), captions: shown, right };
  }
  if (questions.length === 0) return undefined;
  const { phrasings, answer } = questions[random.integer(questions.length)]!;
  return { words: `“${phrasings[0]!}”`, question: phrasings[0]!, right: answer };
}

/** Whether a decision is what was right; letter case does not count. */
export function isRightAnswer(decision: string, { right }: AskedText): boolean {
  return decision.trim().toLowerCase() === right.trim().toLowerCase();
}
