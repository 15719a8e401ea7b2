import {
  float32,
  PixelSubject,
  questionTask,
  type Explainer,
  type Feeds,
  type GroundedBox,
  type NamedAnswer,
  type ProbeItem,
  type ProbeRequest,
  type Question,
  type QuestionAnswer,
  type QuestionAnswerer,
  type Target,
  type Tensor,
} from '@understory/core';
import { ChainModel, flatten } from '@understory/testing';

/** Pictures of five things: one in each half of the red channel, one in the upper and one in the lower half of the green one, one all over the blue one. */
export interface Things {
  readonly left: number;
  readonly right: number;
  readonly above: number;
  readonly below: number;
  readonly whole: number;
}

const side = 8;
const count = 9;
/** Things are brightnesses; the one of middle grey is never there. */
const brightness = (thing: number) => (thing + 1) / 10;
const greyThing = 4;

export function pictureOf({ left, right, above, below, whole }: Things): Tensor<'float32'> {
  const data = new Float32Array(3 * side * side).fill(brightness(whole));
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      data[y * side + x] = brightness(2 * x < side ? left : right);
      data[side * side + y * side + x] = brightness(2 * y < side ? above : below);
    }
  }
  return float32(data, [1, 3, side, side]);
}

function thingsOf(pixels: Float32Array): Things {
  const thing = (at: number) => Math.round(10 * pixels[at]!) - 1;
  const [size, last] = [side * side, side * side - 1];
  return {
    ...{ left: thing(0), right: thing(last), above: thing(size), below: thing(size + last) },
    whole: thing(2 * size),
  };
}

/** What a model gives an answer to a question about things. */
type Score = (question: string, answer: string, things: Things) => number;

/** The answer that the words of a question ask for. */
function truth(question: string, { left, right, above, below, whole }: Things): string {
  const [, one = '', other = ''] = /is n(\d) .*of n(\d)/.exec(question) ?? [];
  if (one !== '') return Number(one) === left && Number(other) === right ? 'left' : 'right';
  if (/left/.test(question)) return `n${left}`;
  if (/right/.test(question)) return `n${right}`;
  if (/top/.test(question)) return `n${above}`;
  if (/bottom/.test(question)) return `n${below}`;
  return `n${whole}`;
}

const isIn = (answer: string, things: readonly number[]) => Number(things.some((thing) => `n${thing}` === answer));

/** Knows what is there and where. */
export const sighted: Score = (question, answer, things) => Number(answer === truth(question, things));

/** Knows what is there and nothing of where: an answer of either side is as good, and of the two words of a relation it prefers one. */
export const blind: Score = (question, answer, things) => {
  const { left, right, above, below } = things;
  if (/n\d .*of n\d/.test(question)) return Number(answer === 'left');
  if (/left|right/.test(question)) return isIn(answer, [left, right]);
  if (/top|bottom/.test(question)) return isIn(answer, [above, below]);
  return sighted(question, answer, things);
};

/** Reads left and right, and not top and bottom. */
export const halfSighted: Score = (question, answer, things) =>
  (/top|bottom/.test(question) ? blind : sighted)(question, answer, things);

/** Reads places where it is asked for them in the first of two phrasings. */
export const ofOnePhrasing: Score = (question, answer, things) =>
  (/^(?:what|is)/.test(question) ? sighted : blind)(question, answer, things);

/** Knows nothing at all, and says the same to everything. */
export const ignorant: Score = (_, answer) => Number(answer === 'n0');

export interface Boxing {
  /** The half that the first box is drawn around: that of the answer, the other one, or none. */
  readonly box: 'asked' | 'other' | 'none';
}

const things = Array.from({ length: count }, (_, thing) => `n${thing}`);
const sides = ['left', 'right'];

export const leftHalf = { x: 0, y: 0, width: side / 2, height: side };
export const rightHalf = { x: side / 2, y: 0, width: side / 2, height: side };

function saidOf(score: Score, question: string, seen: Things, { box }: Boxing): QuestionAnswer {
  const type = /n\d .*of n\d/.test(question) ? 'rel' : 'attr';
  const named = (of: string, list: readonly string[]): readonly NamedAnswer[] =>
    list.map((answer) => {
      const own = score(question, answer, seen);
      return {
        target: `answer:${of}:${answer}`,
        type: of,
        answer,
        score: own,
        probability: of === type ? (1 + own) / 4 : 0,
      };
    });
  const sorted = (list: readonly NamedAnswer[]) => [...list].sort((one, other) => other.probability - one.probability);
  const [attr, rel] = [sorted(named('attr', things)), sorted(named('rel', sides))];
  const answers = type === 'rel' ? [...rel, ...attr] : [...attr, ...rel];
  const isLeft = /left/.test(question) ? !/of n/.test(question) : false;
  const asked = /n\d .*of n\d/.test(question) ? truth(question, seen) === 'left' : isLeft;
  const boxes: readonly GroundedBox[] =
    box === 'none' || /top|bottom/.test(question)
      ? []
      : [
          {
            ...{
              query: 0,
              probability: 0.9,
              phrases: [/(?:on the )?(?:left|right)(?: side)?/.exec(question)?.[0] ?? 'it'],
              tokens: [0],
            },
            box: asked === (box === 'asked') ? leftHalf : rightHalf,
          },
        ];
  return { options: [], decision: answers[0]!.answer, probability: answers[0]!.probability, answers, boxes };
}

export function answererOf(score: Score, boxing: Boxing = { box: 'asked' }): QuestionAnswerer {
  const model = new ChainModel({ input: [3, side, side], steps: [flatten('embedding')] });
  const asking = (question: string | undefined): QuestionAnswerer => ({
    task: questionTask,
    question,
    model,
    picture: { name: 'pixels', type: 'float32', layout: 'NCHW', channels: 3, size: { height: side, width: side } },
    reads: ['embedding'],
    forms: ['top1', 'answer:TYPE:ANSWER', ...(boxing.box === 'none' ? [] : ['box:0', 'boxes'])],
    feeds: (pixels): Feeds => ({ pixels }),
    answersOf(outputs) {
      const { data, dims } = outputs['embedding'] as Tensor<'float32'>;
      const size = data.length / dims[0]!;
      return Array.from({ length: dims[0]! }, (_, at) =>
        saidOf(score, question ?? '', thingsOf(data.subarray(at * size, (at + 1) * size)), boxing),
      );
    },
    targets(words): readonly Target[] {
      const [, type = '', answer = ''] = words.split(':');
      const index = (type === 'rel' ? sides : things).indexOf(answer);
      return [{ words, label: answer, reading: { kind: 'element', output: type, index: [index] } }];
    },
    agrees: (one, other) => one.decision === other.decision,
    says: ({ answers }, { words }) => answers[0]?.target === words,
    asking,
    ask: async () => Promise.reject(new Error('the probe asks through pixels')),
  });
  return asking(undefined);
}

/** Looks at the half where the thing of the explained answer is; everywhere where it is in neither. */
const looksAtAnswer: Explainer = {
  async explain({ feeds, objective, signal }) {
    signal?.throwIfAborted();
    if (objective.kind !== 'score') throw new Error('a score is explained');
    const { data, dims } = feeds['pixels'] as Tensor<'float32'>;
    const size = data.length / dims[0]!;
    return objective.index.map(([thing], at) => {
      const { left, right } = thingsOf(data.subarray(at * size, (at + 1) * size));
      const [inLeft, inRight] =
        objective.output === 'rel'
          ? [Number(thing === 0), Number(thing === 1)]
          : [Number(left === thing), Number(right === thing)];
      const row = inLeft + inRight === 0 ? [1, 1] : [inLeft, inRight];
      return { height: 2, width: 2, data: Float32Array.from([...row, ...row]) };
    });
  },
};

export function requestFor(
  score: Score,
  { boxing, ...more }: Partial<ProbeRequest> & { readonly boxing?: Boxing } = {},
): ProbeRequest {
  return {
    subject: new PixelSubject(
      answererOf(score, boxing),
      { mean: [0, 0, 0], deviation: [1, 1, 1], order: 'RGB' },
      { height: side, width: side },
    ),
    explainer: { name: 'looks-at-answer', explainer: looksAtAnswer },
    seed: 7,
    ...more,
  };
}

export interface ItemOptions {
  /** Whether the pictures with other things, and with above and below exchanged, come with each. */
  readonly withCounterparts?: boolean;
}

/** Images of five different things each, with a question about what is there, two about left and right, and one about top and bottom. */
export function itemsOf(length: number, { withCounterparts = true }: ItemOptions = {}): readonly ProbeItem[] {
  const known = Array.from({ length: count }, (_, thing) => thing).filter((thing) => thing !== greyThing);
  return Array.from({ length }, (_, number): ProbeItem => {
    const pick = (at: number) => known[(number + 3 * at) % known.length]!;
    const [left, right, above, below, whole, none] = [0, 1, 2, 3, 4, 5].map(pick) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const seen = { left, right, above, below, whole };
    const asksLeft = number % 2 === 0;
    const [one, other] = asksLeft ? [left, right] : [right, left];
    const [box, otherBox] = asksLeft ? [leftHalf, rightHalf] : [rightHalf, leftHalf];
    const [where, opposite] = asksLeft ? ['left', 'right'] : ['right', 'left'];
    const [upper, lower, level] = asksLeft ? [above, below, 'top'] : [below, above, 'bottom'];
    const questions: readonly Question[] = [
      {
        ...{ kind: 'kind', phrasings: ['what is it?', 'which thing is it?'], answer: `n${whole}`, answerType: 'attr' },
        onMirror: `n${whole}`,
        ...(withCounterparts && { counterpart: { picture: 'other thing', answer: `n${none}` } }),
      },
      {
        ...{ kind: 'fruit-at', phrasings: [`what is on the ${where}?`, `the thing on the ${where} side is?`] },
        ...{ answer: `n${one}`, answerType: 'attr', onMirror: `n${other}`, box },
        phrases: [`on the ${where}`, `thing on the ${where}`],
        others: [{ box: otherBox, answer: `n${other}` }],
      },
      {
        ...{
          kind: 'relation',
          phrasings: [`is n${one} left or right of n${other}?`, `on which side is n${one} of n${other}?`],
        },
        ...{ answer: where, answerType: 'rel', isSpatial: true, onMirror: opposite, box },
        others: [{ box: otherBox, answer: opposite }],
      },
      {
        ...{ kind: 'level', phrasings: [`what is at the ${level}?`], answer: `n${upper}`, answerType: 'attr' },
        onMirror: `n${upper}`,
        ...(withCounterparts && { counterpart: { picture: 'turned', answer: `n${lower}` } }),
      },
    ];
    return {
      id: `scene/${number}`,
      pixels: pictureOf(seen),
      questions,
      ...(withCounterparts && {
        otherPictures: {
          turned: pictureOf({ ...seen, above: below, below: above }),
          'other thing': pictureOf({ ...seen, whole: none }),
        },
      }),
    };
  });
}
