import { batchOf, errors, toFloat32, type NamedAnswer, type Tensors } from '@understory/core';
import type { AnswerHead, Heads } from './heads.ts';
import { sigmoid, softmax } from './probabilities.ts';
import type { Vocabularies } from './vocabularies.ts';

/** The numbers of each sample of an output. */
export function rowsOf(outputs: Tensors, name: string): readonly Float32Array[] {
  const tensor = outputs[name];
  if (tensor === undefined) throw new Error(`the backend did not hand back "${name}"`);
  const batch = batchOf({ [name]: tensor });
  const values = toFloat32(tensor);
  const size = values.length / batch;
  return Array.from({ length: batch }, (_, row) => values.subarray(row * size, (row + 1) * size));
}

/** Of each answer of a head among those of that head; throws SCORES_NOT_FINITE. */
export function sharesOf(row: Float32Array, { turn, scores, isOne }: AnswerHead): Float64Array {
  const strange = row.find((each) => Number.isNaN(each));
  if (strange !== undefined)
    throw errors.scoresNotFinite({ what: 'scores of answers', found: `${strange} in "${scores}"` });
  if (isOne) {
    const [second = 0] = turn === undefined ? row : sigmoid(row);
    return Float64Array.of(1 - second, second);
  }
  if (turn === undefined) return Float64Array.from(row);
  return turn === 'softmax' ? softmax(row) : sigmoid(row);
}

export interface SaidAnswers {
  readonly type?: { readonly name: string; readonly probability: number };
  readonly answers: readonly NamedAnswer[];
}

/** The answers of one sample: the best of the likeliest type, then the others by their probability. */
export function saidAnswers(
  heads: Pick<Heads, 'answers' | 'type'>,
  vocabularies: Vocabularies,
  rowOf: (name: string) => Float32Array,
): SaidAnswers {
  const ofTypes = heads.type && sharesOf(rowOf(heads.type.scores), heads.type);
  const likeliest = ofTypes && ofTypes.indexOf(ofTypes.reduce((most, each) => Math.max(most, each), -Infinity));
  const all = heads.answers.flatMap((head, place): NamedAnswer[] => {
    const row = rowOf(head.scores);
    const share = ofTypes?.[vocabularies.types.indexOf(head.type!)] ?? 1;
    return Array.from(sharesOf(row, head), (probability, at) => {
      const answer = answerAt(vocabularies, place, at);
      return {
        ...{ target: targetOf(head, answer), type: head.type, answer },
        score: scoreOf(row, at, head),
        probability: share * probability,
      };
    });
  });
  all.sort((one, other) => other.probability - one.probability);
  if (likeliest === undefined) return { answers: all };
  const type = { name: vocabularies.types[likeliest]!, probability: ofTypes![likeliest]! };
  const best = all.findIndex((each) => each.type === type.name);
  return { type, answers: best < 0 ? all : [all[best]!, ...all.slice(0, best), ...all.slice(best + 1)] };
}

/** The number that is explained; of two answers that one number tells apart, it speaks against the first. */
function scoreOf(row: Float32Array, at: number, { isOne }: AnswerHead): number {
  return isOne ? (at === 0 ? -row[0]! : row[0]!) : row[at]!;
}

/** Where in the values of a head the number of an answer lies, and its sign. */
export function weightOf(at: number, { isOne }: AnswerHead): readonly [place: number, weight: number] {
  return isOne ? [0, at === 0 ? -1 : 1] : [at, 1];
}

/** What an answer is called; its number where nothing names it. */
export function answerAt({ answers }: Vocabularies, head: number, at: number): string {
  return answers[head]?.[at] ?? `#${at}`;
}

export function targetOf({ type }: Pick<AnswerHead, 'type'>, answer: string): string {
  const quoted = /[,"]/.test(answer) ? `"${answer}"` : answer;
  return type === null ? `answer:${quoted}` : `answer:${type}:${quoted}`;
}
