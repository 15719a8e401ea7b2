import { closest } from '@understory/core';
import { probeMdetrErrors } from '../errors.ts';
import { answerAt, targetOf } from './answers.ts';
import type { AnswerHead } from './heads.ts';
import type { Vocabularies } from './vocabularies.ts';

/** One answer of one head. */
export interface Place {
  /** Which of the heads, and which of its numbers. */
  readonly head: number;
  readonly at: number;
  readonly target: string;
  readonly answer: string;
}

/**
 * The answer that `attr:red`, or `red` where one head knows it, means; `#3` is a number. Throws ANSWER_UNKNOWN with what comes close, and ANSWER_AMBIGUOUS.
 */
export function answerNamed(words: string, heads: readonly AnswerHead[], vocabularies: Vocabularies): Place {
  const text = unquoted(words);
  const colon = text.indexOf(':');
  const type =
    colon < 0 ? undefined : heads.findIndex((head) => head.type === text.slice(0, colon).trim().toLowerCase());
  const isTyped = type !== undefined && type >= 0;
  const name = isTyped ? unquoted(text.slice(colon + 1)) : text;
  const places = heads.flatMap((head, place): Place[] => {
    if (isTyped && place !== type) return [];
    const at = numberOf(name, place, head, vocabularies);
    return at === undefined ? [] : [placeOf(place, at, head, vocabularies)];
  });
  const [only, ...others] = places;
  if (only === undefined) throw unknown(text, name, isTyped ? [heads[type]!] : heads, heads, vocabularies);
  if (others.length > 0) {
    throw probeMdetrErrors.answerAmbiguous({
      found: name,
      readings: places.map(({ target }) => target.replace(/^answer:/, '')),
    });
  }
  return only;
}

function placeOf(head: number, at: number, own: AnswerHead, vocabularies: Vocabularies): Place {
  const answer = answerAt(vocabularies, head, at);
  return { head, at, target: targetOf(own, answer), answer };
}

function numberOf(
  name: string,
  head: number,
  { width = 0 }: AnswerHead,
  { answers }: Vocabularies,
): number | undefined {
  const list = answers[head] ?? [];
  const exact = list.indexOf(name);
  const found = exact >= 0 ? exact : list.findIndex((each) => each.toLowerCase() === name.toLowerCase());
  if (found >= 0) return found;
  const number = /^#(\d+)$/.exec(name)?.[1];
  return number !== undefined && Number(number) < Math.max(width, list.length) ? Number(number) : undefined;
}

const mostShown = 12;

function unknown(
  found: string,
  name: string,
  asked: readonly AnswerHead[],
  heads: readonly AnswerHead[],
  vocabularies: Vocabularies,
) {
  const named = (head: AnswerHead) => {
    const place = heads.indexOf(head);
    const list = vocabularies.answers[place] ?? Array.from({ length: head.width ?? 0 }, (_, at) => `#${at}`);
    return list.map((answer) => ({ answer, shown: head.type === null ? answer : `${head.type}:${answer}` }));
  };
  const own = asked.flatMap(named);
  const all = heads.flatMap(named);
  const near = (list: typeof all) => {
    const close = closest(name, [...new Set(list.map(({ answer }) => answer))]);
    return list.filter(({ answer }) => close.includes(answer) || answer.toLowerCase() === name.toLowerCase());
  };
  // What another head knows is closer than what is only written alike.
  const elsewhere = all.filter(({ answer }) => answer.toLowerCase() === name.toLowerCase());
  const suggestions = (elsewhere.length > 0 ? elsewhere : near(own)).map(({ shown }) => shown);
  const known = own.slice(0, mostShown).map(({ shown }) => shown);
  return probeMdetrErrors.answerUnknown({
    ...{ found, suggestions },
    known: `${known.join(', ')}${own.length > known.length ? ` and ${own.length - known.length} more` : ''}`,
  });
}

function unquoted(text: string): string {
  return /^"(.*)"$/s.exec(text.trim())?.[1]?.trim() ?? text.trim();
}
