import type { NamedAnswer, QuestionAnswer, Question } from '@understory/core';
import { plain } from './words.ts';

/** An answer that is known to be right, and the type that it has where the same word may be of several. */
export type Expected = Pick<Question, 'answer' | 'answerType'>;

/** The answer of a model with those words: of that type where the model has answers of it, else the likeliest; undefined where it has none. */
export function answerNamed(
  { answers }: Pick<QuestionAnswer, 'answers'>,
  { answer, answerType }: Expected,
): NamedAnswer | undefined {
  const isTyped = answerType !== undefined && answers.some(({ type }) => type === answerType);
  return answers
    .filter((each) => plain(each.answer) === plain(answer) && (!isTyped || each.type === answerType))
    .sort((one, other) => other.probability - one.probability)[0];
}

/** Whether an answer is the right one; none never is. */
export function isRight(
  said: NamedAnswer | undefined,
  { answer, answerType }: Expected,
  types: ReadonlySet<string | null>,
): boolean {
  if (said === undefined || plain(said.answer) !== plain(answer)) return false;
  return answerType === undefined || !types.has(answerType) || said.type === answerType;
}

/** The types of all answers that a model knows. */
export function typesOf({ answers }: Pick<QuestionAnswer, 'answers'>): ReadonlySet<string | null> {
  return new Set(answers.map(({ type }) => type));
}

/** By how much one answer scores above another of its type; undefined where the model lacks one of them, or has them in different types. */
export function marginOf(
  said: Pick<QuestionAnswer, 'answers'>,
  { answer, answerType }: Expected,
  against: string,
): number | undefined {
  const one = answerNamed(said, { answer, ...(answerType !== undefined && { answerType }) });
  const other = one && answerNamed(said, { answer: against, ...(one.type !== null && { answerType: one.type }) });
  return one === undefined || other === undefined ? undefined : one.score - other.score;
}
