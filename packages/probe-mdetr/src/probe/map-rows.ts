import {
  probeMaps,
  type Box,
  type NamedAnswer,
  type ProbeMap,
  type ProbeRequest,
  type QuestionAnswer,
  type Question,
  type Subject,
  type Tensor,
} from '@understory/core';
import { boxShare, shareInBox } from '@understory/imaging';
import { answerNamed } from './answers.ts';
import type { Asker } from './asker.ts';
import type { QuestionRow } from './row.ts';
import { plain } from './words.ts';

export type Mapped = Pick<
  QuestionRow,
  'mapInBox' | 'mapInOther' | 'boxShare' | 'otherShare' | 'mapReason' | 'forced' | 'forcedInBox' | 'forcedInOther'
>;

export const unmapped: Mapped = {
  ...{ mapInBox: null, mapInOther: null, boxShare: null, otherShare: null, mapReason: null },
  ...{ forced: null, forcedInBox: null, forcedInOther: null },
};

export interface MapQuestion {
  readonly question: Question;
  /** What the model said to the first phrasing. */
  readonly said: QuestionAnswer;
  readonly pixels: Tensor<'float32'>;
}

/** Where a model looks in one picture for answers to one question, each answer once. */
export class AnswerMaps {
  readonly #request: ProbeRequest;
  readonly #asker: Asker;
  readonly #of: MapQuestion;
  readonly #made = new Map<string, Promise<ProbeMap | undefined>>();

  constructor(request: ProbeRequest, asker: Asker, of: MapQuestion) {
    this.#request = request;
    this.#asker = asker;
    this.#of = of;
  }

  of(answer: NamedAnswer): Promise<ProbeMap | undefined> {
    const known = this.#made.get(answer.target) ?? this.#make(answer);
    this.#made.set(answer.target, known);
    return known;
  }

  async #make({ target: words }: NamedAnswer): Promise<ProbeMap | undefined> {
    const { question, said, pixels } = this.#of;
    const subject = this.#asker.about(question.phrasings[0]!);
    const [target] = (subject.subject as Subject<QuestionAnswer>).targets(words, said) ?? [];
    if (target === undefined) return { reason: `the answer "${words}" names no number` };
    return (await probeMaps({ ...this.#request, subject }, pixels, target))?.[0];
  }
}

/** The thing that a question is not about and would answer otherwise: the first of the others. */
function otherThing({ answer, others = [] }: Question): { readonly box: Box; readonly answer?: string } | undefined {
  return others.find((other) => other.answer !== undefined && plain(other.answer) !== plain(answer)) ?? others[0];
}

/**
 * The answer to force in an example: the right one where another was given, else that of the other thing. Undefined where the model has none, or gave it.
 */
export function forcedAnswer(question: Question, said: QuestionAnswer): NamedAnswer | undefined {
  const other = otherThing(question);
  const [right, wrong] = (other && forcedAnswers(question, other, said)) ?? [];
  return said.answers[0]?.target === right?.target ? wrong : right;
}

/** How the maps of answers lie to the thing asked about and to the other. */
export async function mapRows(maps: AnswerMaps, of: MapQuestion, size: MapSize, withForced: boolean): Promise<Mapped> {
  const { question, said } = of;
  const { box } = question;
  const [best] = said.answers;
  if (box === undefined || best === undefined) return unmapped;
  const other = otherThing(question);
  const shares = { boxShare: boxShare(box, size), otherShare: other === undefined ? null : boxShare(other.box, size) };
  if (shares.boxShare === 0)
    return { ...unmapped, mapReason: 'the thing lies outside the picture that the model is shown' };
  const found = await inBoth(maps, best, [box, other?.box], size);
  if (found === undefined) return unmapped;
  if ('reason' in found) return { ...unmapped, mapReason: found.reason };
  const own = { ...unmapped, ...shares, mapInBox: found.inBox, mapInOther: found.inOther };
  const forced = withForced && other !== undefined ? forcedAnswers(question, other, said) : undefined;
  if (forced === undefined) return own;
  const places = [];
  for (const answer of forced) places.push(await inBoth(maps, answer, [box, other?.box], size));
  const known = places.filter((place) => place !== undefined && 'inBox' in place);
  if (known.length < forced.length) return own;
  return {
    ...own,
    forced: forced.map(({ answer }) => answer),
    forcedInBox: known.map(({ inBox }) => inBox),
    forcedInOther: known.map(({ inOther }) => inOther!),
  };
}

export interface MapSize {
  readonly height: number;
  readonly width: number;
}

/**
 * The right answer, that of the other thing, and as control the likeliest of the same type that is right of nothing in the picture; undefined where the
 * model lacks one of them.
 */
function forcedAnswers(
  question: Question,
  other: { readonly answer?: string },
  said: QuestionAnswer,
): readonly NamedAnswer[] | undefined {
  const right = answerNamed(said, question);
  if (right === undefined || other.answer === undefined) return undefined;
  const typed = { ...(right.type !== null && { answerType: right.type }) };
  const wrong = answerNamed(said, { answer: other.answer, ...typed });
  if (wrong === undefined || wrong.target === right.target) return undefined;
  const present = new Set(
    [question.answer, ...(question.others ?? []).flatMap(({ answer }) => answer ?? [])].map(plain),
  );
  const none = said.answers
    .filter(({ type, answer }) => type === right.type && !present.has(plain(answer)))
    .sort((one, another) => another.score - one.score)[0];
  return none === undefined ? undefined : [right, wrong, none];
}

async function inBoth(
  maps: AnswerMaps,
  answer: NamedAnswer,
  [box, other]: readonly [Box, Box | undefined],
  size: MapSize,
): Promise<{ readonly inBox: number; readonly inOther: number | null } | { readonly reason: string } | undefined> {
  const found = await maps.of(answer);
  if (found === undefined || 'reason' in found) return found;
  const inBox = shareInBox(found.map, box, size);
  if (inBox === undefined) return { reason: 'the map has nothing above zero' };
  return { inBox, inOther: other === undefined ? null : shareInBox(found.map, other, size)! };
}
