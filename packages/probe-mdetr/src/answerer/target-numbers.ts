import type { GroundedBox } from '@understory/core';
import { tokenShares } from './boxes.ts';
import type { BoxHead } from './heads.ts';
import { overlap } from './overlap.ts';
import type { Question } from './question.ts';
import type { Numbers, Said, Weighted } from './said.ts';

/**
 * What says that a box is of an object. Of a softmax the log-odds of any token against "no object", as weights at this picture; of sigmoids the score of the
 * best token.
 */
export function boxNumbers(
  { query }: Pick<GroundedBox, 'query'>,
  { tokens, form }: BoxHead,
  numbers: readonly Numbers[],
): Weighted {
  const { row, start } = rowOf(query, tokens, numbers);
  const shares = tokenShares(row, form);
  if (form !== 'softmax') {
    const best = shares.indexOf(shares.reduce((most, each) => Math.max(most, each), -Infinity));
    return { output: tokens, weights: [[start + best, 1]] };
  }
  const last = row.length - 1;
  const object = shares.subarray(0, last).reduce((sum, each) => sum + each, 0);
  const weights = Array.from(shares, (share, at): [number, number] => [start + at, at === last ? -1 : share / object]);
  return { output: tokens, weights };
}

/** The scores of some tokens of a box together; of sigmoids their mean, as GroundingDINO has it; of a text as a whole the one that it has. */
export function phraseNumbers(
  { query }: Pick<GroundedBox, 'query'>,
  places: readonly number[],
  { tokens, form }: BoxHead,
  numbers: readonly Numbers[],
): Weighted {
  const { start } = rowOf(query, tokens, numbers);
  if (form === 'texts') return { output: tokens, weights: [[start, 1]] };
  const weight = form === 'sigmoid' ? 1 / places.length : 1;
  return { output: tokens, weights: places.map((place) => [start + place, weight]) };
}

/**
 * The box that a part of the text stands for and the tokens of that part: the first that has it among its phrases, else the one whose tokens in it are
 * likeliest, of those above the threshold. Undefined of what is no part of the text.
 */
export function boxesNamed(
  phrase: string,
  { text, spans }: Question,
  { tokens, form }: BoxHead,
  { boxes, numbers }: Said,
): { readonly box: GroundedBox | undefined; readonly tokens: readonly number[] } | undefined {
  const start = text.toLowerCase().indexOf(phrase.toLowerCase());
  if (start < 0 || phrase === '') return undefined;
  const end = start + phrase.length;
  const own = spans.flatMap((span, at) => (span.end > span.start && span.start < end && span.end > start ? [at] : []));
  if (own.length === 0) return undefined;
  const share = ({ query }: GroundedBox) => {
    const shares = tokenShares(rowOf(query, tokens, numbers).row, form);
    return form === 'texts' ? shares[0]! : own.reduce((sum, place) => sum + shares[place]!, 0);
  };
  const named = boxes.find(({ phrases }) => phrases.some((each) => each.toLowerCase() === phrase.toLowerCase()));
  const box = named ?? boxes.toSorted((one, other) => share(other) - share(one))[0];
  return { box, tokens: own };
}

const sameBox = 0.5;

/** Whether two boxes share half of what they cover, and have a phrase in common where both have some. */
export function isOverlapping(
  one: Pick<GroundedBox, 'box' | 'phrases'>,
  other: Pick<GroundedBox, 'box' | 'phrases'>,
): boolean {
  const isNamed = one.phrases.length === 0 || other.phrases.length === 0;
  if (!isNamed && !one.phrases.some((phrase) => other.phrases.includes(phrase))) return false;
  return overlap(one.box, other.box) >= sameBox;
}

function rowOf(query: number, output: string, numbers: readonly Numbers[]) {
  const { values, dims } = numbers.find((each) => each.output === output)!;
  const width = dims.at(-1)!;
  return { row: values.subarray(query * width, (query + 1) * width), start: query * width };
}
