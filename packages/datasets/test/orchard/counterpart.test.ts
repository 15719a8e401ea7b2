import { describe, expect, it } from '@jest/globals';
import { decodeImage } from '@understory/imaging/sharp';
import fc from 'fast-check';
import { openDataset } from '../../src/index.ts';
import { captionTests, counterpart, difficulties, orchardScene } from '../../src/orchard/index.ts';
import { isTrue } from './truth.ts';

const anyScene = fc
  .tuple(fc.nat(1e6), fc.nat(1e6), fc.constantFrom(...difficulties), fc.nat(3))
  .map(([seed, index, difficulty, clutter]) => orchardScene(seed, index, { difficulty, clutter }));

describe('counterpart', () => {
  it('makes the false captions true and the true ones false', () => {
    const asked = new Set<string>();
    fc.assert(
      fc.property(anyScene, (scene) => {
        for (const test of captionTests(scene)) {
          const other = counterpart(scene, test);
          if (other === undefined) continue;
          asked.add(test.kind);
          for (const caption of test.against) expect([caption, isTrue(other, caption)]).toEqual([caption, true]);
          for (const caption of test.captions) expect([caption, isTrue(other, caption)]).toEqual([caption, false]);
        }
      }),
    );
    expect([...asked].sort()).toEqual(['above-below', 'attribute', 'binding', 'object', 'word-order']);
  });

  it('changes nothing but the fruit that the captions are about', () => {
    const scene = orchardScene('documented', 0);
    const [object, attribute] = captionTests(scene);
    expect(counterpart(scene, object!)?.objects.map(({ kind, colour }) => `${colour} ${kind}`)).toEqual([
      'red pineapple',
      'red pear',
    ]);
    expect(counterpart(scene, attribute!)?.objects.map(({ kind, colour }) => `${colour} ${kind}`)).toEqual([
      'orange banana',
      'red pear',
    ]);
    expect(counterpart(scene, object!)).toMatchObject({ background: scene.background, light: scene.light });
  });

  it('leaves to the mirror image what that turns round', () => {
    fc.assert(
      fc.property(anyScene, (scene) => {
        for (const test of captionTests(scene)) {
          if (test.onMirror === 'against') expect(counterpart(scene, test)).toBeUndefined();
        }
      }),
    );
  });

  it('is a picture of the items of orchard', async () => {
    const dataset = await openDataset('orchard:count=6,size=32');
    let asked = 0;
    for await (const { captionTests: tests = [], otherPictures = {}, read } of dataset.items()) {
      const image = await decodeImage(await read());
      for (const { kind, counterpart: name, onMirror } of tests) {
        expect([kind, name === undefined]).toEqual([kind, onMirror === 'against']);
        if (name === undefined) continue;
        const other = await decodeImage(await otherPictures[name]!());
        expect([other.width, other.height]).toEqual([32, 32]);
        expect(other.data).not.toEqual(image.data);
        asked += 1;
      }
    }
    expect(asked).toBeGreaterThan(12);
  });
});
