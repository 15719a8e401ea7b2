import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  captionTestKinds,
  captionTests,
  difficulties,
  exchangeColours,
  mirror,
  orchardScene,
} from '../../src/orchard/index.ts';
import { isTrue } from './truth.ts';

const anyScene = fc
  .tuple(fc.nat(1e6), fc.nat(1e6), fc.constantFrom(...difficulties), fc.nat(3))
  .map(([seed, index, difficulty, clutter]) => orchardScene(seed, index, { difficulty, clutter }));

const words = (caption: string) => caption.split(' ').filter((word) => word !== 'a' && word !== 'an');

describe('captionTests', () => {
  it('writes captions that are true beside captions that are false', () => {
    fc.assert(
      fc.property(anyScene, (scene) => {
        for (const { kind, captions, against } of captionTests(scene)) {
          for (const caption of captions)
            expect([kind, caption, isTrue(scene, caption)]).toEqual([kind, caption, true]);
          for (const caption of against)
            expect([kind, caption, isTrue(scene, caption)]).toEqual([kind, caption, false]);
        }
      }),
    );
  });

  it('says which of the two are true of the mirror image, wherever both can be', () => {
    fc.assert(
      fc.property(anyScene, (scene) => {
        const mirrored = mirror(scene);
        for (const { kind, captions, against, onMirror } of captionTests(scene)) {
          const [truth, lie] = onMirror === 'captions' ? [captions, against] : [against, captions];
          for (const caption of truth)
            expect([kind, caption, isTrue(mirrored, caption)]).toEqual([kind, caption, true]);
          for (const caption of lie) expect([kind, caption, isTrue(mirrored, caption)]).toEqual([kind, caption, false]);
        }
      }),
    );
  });

  it('changes one word, or only the order of the words', () => {
    fc.assert(
      fc.property(anyScene, (scene) => {
        for (const { kind, captions, against } of captionTests(scene)) {
          expect(against).toHaveLength(captions.length);
          captions.forEach((caption, template) => {
            const [one, other] = [words(caption), words(against[template]!)];
            const changed = one.filter((word, at) => word !== other[at]).length;
            if (kind === 'binding' || kind === 'word-order') {
              expect(one.toSorted()).toEqual(other.toSorted());
              expect(changed).toBeGreaterThan(0);
            } else {
              expect([one.length, changed]).toEqual([other.length, 1]);
            }
          });
        }
      }),
    );
  });

  it('means a fruit whose box it gives, and the left one as often as the right one', () => {
    const isLeft = Array.from({ length: 400 }, (_, index) => orchardScene('sides', index)).flatMap((scene) => {
      const test = captionTests(scene).find(({ kind }) => kind === 'left-right');
      if (test === undefined) return [];
      expect(scene.objects.slice(0, 2).map(({ box }) => box)).toContain(test.box);
      const onLeft = test.box === scene.objects[0]!.box;
      expect(test.captions[0]).toContain(onLeft ? 'left' : 'right');
      return [onLeft];
    });
    expect([isLeft.length, isLeft.filter(Boolean).length]).toEqual([202, 91]);
  });

  it('offers every kind of test somewhere, and at most one of the two axes', () => {
    const kinds = Array.from({ length: 50 }, (_, index) =>
      captionTests(orchardScene('kinds', index)).map(({ kind }) => kind),
    );
    expect(new Set(kinds.flat())).toEqual(new Set(captionTestKinds));
    for (const own of kinds) expect(own.includes('left-right')).not.toBe(own.includes('above-below'));
  });

  it('writes the captions of one scene as they are documented', () => {
    const scene = orchardScene('documented', 0);
    expect(scene.objects.map(({ kind, colour }) => `${colour} ${kind}`)).toEqual(['red banana', 'red pear']);
    expect(captionTests(scene).map(({ kind, captions, against }) => [kind, captions[0], against[0]])).toEqual([
      ['object', 'a banana', 'a pineapple'],
      ['attribute', 'a red banana', 'an orange banana'],
      ['above-below', 'a banana above a pear', 'a banana below a pear'],
      ['word-order', 'a banana above a pear', 'a pear above a banana'],
    ]);
  });
});

describe('exchangeColours', () => {
  it('makes the false captions about binding true', () => {
    fc.assert(
      fc.property(anyScene, (scene) => {
        const binding = captionTests(scene).find(({ kind }) => kind === 'binding');
        fc.pre(binding !== undefined);
        const exchanged = exchangeColours(scene);
        for (const caption of binding!.against) expect(isTrue(exchanged, caption)).toBe(true);
        for (const caption of binding!.captions) expect(isTrue(exchanged, caption)).toBe(false);
      }),
    );
  });
});
