import {
  float32,
  imageTextTask,
  PixelSubject,
  type CaptionTest,
  type Explainer,
  type Feeds,
  type ImageTextMatcher,
  type ProbeItem,
  type ProbeRequest,
  type Tensor,
} from '@understory/core';
import { ChainModel, flatten } from '@understory/testing';

/** Pictures of four things: one in the left and one in the right half (red), one in the upper and one in the lower half (green). */
export interface Things {
  readonly left: number;
  readonly right: number;
  readonly above: number;
  readonly below: number;
}

const side = 8;
/** Things are brightnesses; the one of middle grey is never there. */
const brightness = (thing: number) => (thing + 1) / 10;
const greyThing = 4;

export function pictureOf({ left, right, above, below }: Things): Tensor<'float32'> {
  const data = new Float32Array(3 * side * side);
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
  const last = side * side - 1;
  return { left: thing(0), right: thing(last), above: thing(side * side), below: thing(side * side + last) };
}

/** What a model makes of a caption and a picture. */
type Score = (caption: string, things: Things) => number;

const has = ({ left, right, above, below }: Things, thing: number) =>
  Number([left, right, above, below].includes(thing));

/** Knows what is there and where. */
export const sighted: Score = (caption, things) => {
  const [, one = '', relation, other = ''] = /n(\d) (left of|right of|above|below) n(\d)/.exec(caption) ?? [];
  const [first, second] = [Number(one), Number(other)];
  const { left, right, above, below } = things;
  const fits = (a: number, b: number, c: number, d: number) => Number(a === b) + Number(c === d);
  switch (relation) {
    case 'left of':
      return fits(left, first, right, second);
    case 'right of':
      return fits(right, first, left, second);
    case 'above':
      return fits(above, first, below, second);
    case 'below':
      return fits(below, first, above, second);
    default:
      return has(things, Number(/n(\d)/.exec(caption)?.[1]));
  }
};

/** Knows what is there, and nothing of where: the words of a caption in any order. */
export const blind: Score = (caption, things) =>
  [...caption.matchAll(/n(\d)/g)].reduce((sum, [, thing]) => sum + has(things, Number(thing)), 0);

/** Blind, and fond of two words. */
export const biased: Score = (caption, things) => blind(caption, things) + (/left|above/.test(caption) ? 5 : 0);

/** Reads left and right, and not above and below. */
export const halfSighted: Score = (caption, things) =>
  /above|below/.test(caption) ? blind(caption, things) : sighted(caption, things);

/** Knows nothing at all. */
export const ignorant: Score = () => 0;

function matcherOf(score: Score): ImageTextMatcher {
  const model = new ChainModel({ input: [3, side, side], steps: [flatten('embedding')] });
  return {
    task: imageTextTask,
    model,
    picture: { name: 'pixels', type: 'float32', layout: 'NCHW', channels: 3, size: { height: side, width: side } },
    reads: ['embedding'],
    feeds: (pixels): Feeds => ({ pixels }),
    answersOf: (outputs) =>
      Array.from({ length: outputs['embedding']!.dims[0]! }, () => ({
        options: [],
        decision: '',
        probability: undefined,
      })),
    targets: () => undefined,
    forms: [],
    agrees: () => true,
    says: () => undefined,
    images: () => Promise.reject(new Error('the probe asks for scores')),
    texts: () => Promise.reject(new Error('the probe asks for scores')),
    async scores({ pixels }, captions) {
      const { data, dims } = pixels as Tensor<'float32'>;
      const size = data.length / dims[0]!;
      const values = Array.from({ length: dims[0]! }, (_, at) => {
        const things = thingsOf(data.subarray(at * size, (at + 1) * size));
        return captions.map((caption) => score(caption, things));
      });
      return float32(Float32Array.from(values.flat()), [dims[0]!, captions.length]);
    },
    async caption(caption) {
      return { words: caption, label: null, reading: { kind: 'element', output: 'embedding', index: [0] } };
    },
  };
}

/** A map that has three quarters in the left half. */
const leftish: Explainer = {
  async explain({ feeds, signal }) {
    signal?.throwIfAborted();
    return Array.from({ length: feeds['pixels']!.dims[0]! }, () => ({
      height: 2,
      width: 2,
      data: Float32Array.of(3, 1, 3, 1),
    }));
  },
};

export function requestFor(score: Score, more: Partial<ProbeRequest> = {}): ProbeRequest {
  return {
    subject: new PixelSubject(
      matcherOf(score),
      { mean: [0, 0, 0], deviation: [1, 1, 1], order: 'RGB' },
      { height: side, width: side },
    ),
    explainer: { name: 'leftish', explainer: leftish },
    seed: 7,
    ...more,
  };
}

const left = { x: 0, y: 0, width: side / 2, height: side };

export interface ItemOptions {
  /** Always says "left" and "above" of what is true, as data do whose authors did not balance them. */
  readonly unbalanced?: boolean;
  /** Whether the picture with above and below exchanged comes with each. */
  readonly withCounterpart?: boolean;
}

/** Images of four different things each, with a test of objects, of left and right in two templates, and of above and below. */
export function itemsOf(
  count: number,
  { unbalanced = false, withCounterpart = false }: ItemOptions = {},
): readonly ProbeItem[] {
  const known = Array.from({ length: 9 }, (_, thing) => thing).filter((thing) => thing !== greyThing);
  return Array.from({ length: count }, (_, number): ProbeItem => {
    const pick = (at: number) => known[(number + 3 * at) % known.length]!;
    const [one, two, three, four, none] = [pick(0), pick(1), pick(2), pick(3), pick(4)];
    const things = { left: one, right: two, above: three, below: four };
    const turned = { ...things, above: four, below: three };
    const straight = unbalanced || number % 2 === 0;
    const [a, b] = straight ? ['left of', 'right of'] : ['right of', 'left of'];
    const [c, d] = straight ? ['above', 'below'] : ['below', 'above'];
    const [p, q] = straight ? [one, two] : [two, one];
    const [r, s] = straight ? [three, four] : [four, three];
    const captionTests: readonly CaptionTest[] = [
      {
        kind: 'object',
        captions: [`there is n${one}`],
        against: [`there is n${none}`],
        box: left,
        onMirror: 'captions',
      },
      {
        kind: 'left-right',
        captions: [`n${p} ${a} n${q}`, `a photo of n${p} ${a} n${q}`],
        against: [`n${p} ${b} n${q}`, `a photo of n${p} ${b} n${q}`],
        box: left,
        onMirror: 'against',
      },
      {
        kind: 'above-below',
        captions: [`n${r} ${c} n${s}`],
        against: [`n${r} ${d} n${s}`],
        onMirror: 'captions',
        ...(withCounterpart && { counterpart: 'turned' }),
      },
    ];
    return {
      id: `scene/${number}`,
      pixels: pictureOf(things),
      captionTests,
      ...(withCounterpart && { otherPictures: { turned: pictureOf(turned) } }),
    };
  });
}
