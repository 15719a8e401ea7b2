import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  answerTypes,
  changedPictures,
  difficulties,
  exchangeColours,
  exchangePlaces,
  mirror,
  orchardScene,
  questionKinds,
  questions,
} from '../../src/orchard/index.ts';
import type { Scene, SceneQuestion } from '../../src/orchard/index.ts';

const anyScene = fc
  .tuple(fc.nat(1e6), fc.nat(1e6), fc.constantFrom(...difficulties), fc.nat(3))
  .map(([seed, index, difficulty, clutter]) => orchardScene(seed, index, { difficulty, clutter }));

/** The answers that a scene gives to one phrasing of a question, from its boxes alone. */
function answers({ objects, size }: Scene, phrasing: string): readonly string[] {
  const half = size / 2;
  const at = (place: string) =>
    objects.filter(({ box: { x, y, width, height } }) => {
      const [across, down] = [x + width / 2 - half, y + height / 2 - half];
      return { left: across < 0, right: across > 0, top: down < 0, bottom: down > 0 }[place]!;
    });
  const [, counted] = /^How many (.+?) are /.exec(phrasing) ?? [];
  if (counted === 'pieces of fruit') return [String(objects.length)];
  if (counted !== undefined) {
    const kind = counted.replace(/ies$/, 'y').replace(/s$/, '');
    return [String(objects.filter((fruit) => fruit.kind === kind).length)];
  }
  const [, side] = /\b(left|right|top|bottom)\b/.exec(phrasing) ?? [];
  const [first, second] = [...phrasing.matchAll(/(\w+) (apple|banana|lemon|pear|pineapple|strawberry)\b/g)].map(
    ([, colour, kind]) => objects.find((fruit) => fruit.kind === kind && fruit.colour === colour),
  );
  if (first !== undefined && second !== undefined) {
    const [one, other] = /^On which/.test(phrasing) ? [second, first] : [first, second];
    if (/above/.test(phrasing)) return [one.box.y < other.box.y ? 'above' : 'below'];
    return [one.box.x + one.box.width / 2 < other.box.x + other.box.width / 2 ? 'left' : 'right'];
  }
  const among = side === undefined ? objects : at(side);
  if (/color/.test(phrasing))
    return among.filter(({ kind }) => phrasing.includes(` ${kind}`)).map(({ colour }) => colour);
  const ofColour = side === undefined ? among.filter(({ colour }) => phrasing.includes(` ${colour}`)) : among;
  return ofColour.map(({ kind }) => kind);
}

const isAskable = ({ kind }: SceneQuestion) => kind !== 'colour-at';

describe('questions', () => {
  it('have the one answer that the boxes give, in both phrasings', () => {
    fc.assert(
      fc.property(anyScene, (scene) => {
        for (const { phrasings, answer } of questions(scene)) {
          for (const phrasing of phrasings) expect([phrasing, answers(scene, phrasing)]).toEqual([phrasing, [answer]]);
        }
      }),
    );
  });

  it('have another answer about the mirror image where left and right matter, and none where nothing lies there', () => {
    fc.assert(
      fc.property(anyScene, (scene) => {
        for (const question of questions(scene)) {
          for (const phrasing of question.phrasings) {
            const found = answers(mirror(scene), phrasing);
            expect([phrasing, found[0]]).toEqual([phrasing, question.onMirror]);
            if (isAskable(question)) expect(found).toHaveLength(1);
          }
        }
      }),
    );
  });

  it('have another answer in the picture that they name, which changes places where they ask for places', () => {
    fc.assert(
      fc.property(anyScene, (scene) => {
        for (const { phrasings, answer, isSpatial, counterpart } of questions(scene)) {
          if (counterpart === undefined) continue;
          expect([counterpart.picture, counterpart.answer === answer]).toEqual([
            isSpatial ? changedPictures.places : changedPictures.colours,
            false,
          ]);
          const other = (isSpatial ? exchangePlaces : exchangeColours)(scene);
          for (const phrasing of phrasings) {
            expect([phrasing, answers(other, phrasing)]).toEqual([phrasing, [counterpart.answer]]);
          }
        }
      }),
    );
  });

  it('are spatial where the boxes of the others would make another answer right, in another place', () => {
    fc.assert(
      fc.property(anyScene, (scene) => {
        for (const { kind, isSpatial, onMirror, answer, counterpart, others = [], box } of questions(scene)) {
          if (kind !== 'colour-at') expect(isSpatial).toBe(kind === 'relation' || kind === 'fruit-at');
          if (scene.axis === 'horizontal' && onMirror !== undefined) expect(onMirror !== answer).toBe(isSpatial);
          if (scene.axis === 'vertical' && isSpatial && kind !== 'colour-at') expect(counterpart).toBeDefined();
          for (const other of others) expect([other.box === box, typeof other.answer]).toEqual([false, 'string']);
        }
      }),
    );
  });

  it('name in each phrasing what is asked about', () => {
    fc.assert(
      fc.property(anyScene, (scene) => {
        for (const { phrasings, phrases = [] } of questions(scene)) {
          expect(phrases.map((phrase, at) => phrasings[at]!.includes(phrase))).toEqual([true, true]);
        }
      }),
    );
  });

  it('are about the fruit in the box that they give', () => {
    fc.assert(
      fc.property(anyScene, (scene) => {
        for (const { kind, box, answer } of questions(scene)) {
          const meant = scene.objects.find((fruit) => fruit.box === box);
          if (kind === 'count') expect(box).toBeUndefined();
          else if (kind === 'colour' || kind === 'colour-at') expect(meant!.colour).toBe(answer);
          else if (kind !== 'relation') expect(meant!.kind).toBe(answer);
        }
      }),
    );
  });

  it('are of every kind and every type of answer', () => {
    const all = Array.from({ length: 30 }, (_, index) => questions(orchardScene('kinds', index))).flat();
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(questionKinds));
    expect(new Set(all.map(({ answerType }) => answerType))).toEqual(new Set(answerTypes));
  });
});
