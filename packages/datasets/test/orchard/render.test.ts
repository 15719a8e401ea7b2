import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { rgbImage } from '@understory/imaging';
import type { RgbImage } from '@understory/imaging';
import fc from 'fast-check';
import { difficulties, exchangePlaces, fruitKinds, mirror, orchardScene, render } from '../../src/orchard/index.ts';
import type { Fruit, SceneOptions } from '../../src/orchard/index.ts';

const sha256 = ({ data }: RgbImage) => createHash('sha256').update(data).digest('hex').slice(0, 16);

const photograph = rgbImage(
  Uint8Array.from({ length: 3 * 40 * 30 }, (_, at) => (at * 37) % 251),
  40,
  30,
);

const anyScene = fc
  .tuple(fc.nat(1e6), fc.constantFrom(16, 50, 64), fc.constantFrom(...difficulties), fc.nat(3), fc.boolean())
  .map(([seed, size, difficulty, clutter, onPhotograph]) =>
    orchardScene(seed, 0, { size, difficulty, clutter, ...(onPhotograph && { photographs: [photograph] }) }),
  );

/** Its picture with left and right exchanged, pixel by pixel. */
function flipped({ data, width }: RgbImage): Uint8Array {
  return data.map((_, at) => {
    const pixel = Math.floor(at / 3);
    const column = pixel % width;
    return data[3 * (pixel - column + width - 1 - column) + (at % 3)]!;
  });
}

describe('render', () => {
  it.each<[what: string, options: SceneOptions, size: number | undefined, checksum: string]>([
    ['scenes', {}, undefined, '7fd54d97eff5128f'],
    ['small, hard and cluttered ones', { size: 64, difficulty: 'hard', clutter: 3 }, undefined, '096a9edd85344ad8'],
    ['easy ones at another size', { size: 100, difficulty: 'easy', background: 'gradient' }, 224, 'e5c0b3b694c1a52f'],
    ['fruit on a photograph', { photographs: [photograph] }, undefined, '92464444cc84b4d7'],
  ])('draws %s as the same bytes on every machine', (_, options, size, checksum) => {
    const pictures = Array.from({ length: 6 }, (_, index) => render(orchardScene('checksum', index, options), size));
    const together = Uint8Array.from(pictures.flatMap(({ data }) => [...data]));
    expect(sha256({ data: together, width: 1, height: 1 })).toBe(checksum);
  });

  it('draws the mirror image of a mirrored scene, and a scene mirrored twice is the scene', () => {
    fc.assert(
      fc.property(anyScene, (scene) => {
        expect(mirror(mirror(scene))).toEqual(scene);
        expect(Buffer.compare(render(mirror(scene)).data, flipped(render(scene)))).toBe(0);
      }),
      { numRuns: 20 },
    );
  });

  it('draws each fruit within its box, and up to each side of it', () => {
    fc.assert(
      fc.property(anyScene, (scene) => {
        const [fruit] = scene.objects as [Fruit];
        const on = (level: number) =>
          render({ ...scene, objects: [fruit], background: { kind: 'plain', colour: [level, level, level] } }, 128)
            .data;
        const [black, white] = [on(0), on(255)];
        const scale = 128 / scene.size;
        let [left, top, right, bottom] = [128, 128, 0, 0];
        for (let at = 0; at < 128 * 128; at += 1) {
          // Shadows let the background show through.
          if (white[3 * at]! - black[3 * at]! > 140) continue;
          const [row, column] = [Math.floor(at / 128), at % 128];
          [left, right] = [Math.min(left, column), Math.max(right, column + 1)];
          [top, bottom] = [Math.min(top, row), Math.max(bottom, row + 1)];
        }
        const { x, y, width, height } = fruit.box;
        const edges = [x * scale, y * scale, (x + width) * scale, (y + height) * scale];
        [left, top, right, bottom].forEach((edge, side) => expect(Math.abs(edge - edges[side]!)).toBeLessThan(3));
      }),
      { numRuns: 20 },
    );
  });

  it('draws every kind of fruit in another shape, and every scene at any size', () => {
    const [scene] = [orchardScene('shapes', 0)];
    const alone = fruitKinds.map((kind) => render({ ...scene, objects: [{ ...scene.objects[0]!, kind }] }));
    expect(new Set(alone.map(sha256)).size).toBe(fruitKinds.length);
    expect(render(scene, 7)).toMatchObject({ width: 7, height: 7 });
    expect(() => render(scene, 0)).toThrow(RangeError);
  });
});

describe('exchangePlaces', () => {
  it('puts each of the two fruit where the other was, as near as the picture lets it', () => {
    const scene = orchardScene('places', 1);
    const [first, second] = scene.objects;
    const [now, then] = exchangePlaces(scene).objects;
    expect([now!.kind, now!.colour, then!.kind, then!.colour]).toEqual([
      second!.kind,
      second!.colour,
      first!.kind,
      first!.colour,
    ]);
    const middle = ({ box }: { box: { x: number; width: number } }) => box.x + box.width / 2;
    expect(middle(now!)).toBeCloseTo(middle(first!));
    expect(middle(then!)).toBeCloseTo(middle(second!));
  });
});

describe('orchardScene', () => {
  it('has no two fruit that touch or that have the same name', () => {
    fc.assert(
      fc.property(anyScene, ({ objects, size }) => {
        const names = objects.map(({ kind, colour }) => `${colour} ${kind}`);
        expect(new Set(names).size).toBe(names.length);
        objects.forEach(({ box }, at) => {
          expect(Math.min(box.x, box.y, size - box.x - box.width, size - box.y - box.height)).toBeGreaterThanOrEqual(0);
          for (const { box: other } of objects.slice(at + 1)) {
            const isApart =
              box.x + box.width <= other.x ||
              other.x + other.width <= box.x ||
              box.y + box.height <= other.y ||
              other.y + other.height <= box.y;
            expect(isApart).toBe(true);
          }
        });
      }),
    );
  });

  it('is the same scene whatever was drawn before, and another for each seed and index', () => {
    const scene = orchardScene(7, 3);
    orchardScene(7, 2);
    expect(orchardScene('7', 3)).toEqual(scene);
    expect(orchardScene(7, 4).objects).not.toEqual(scene.objects);
    expect(orchardScene(8, 3).objects).not.toEqual(scene.objects);
  });

  it('lets shape and colour vary independently', () => {
    const pairs = new Map<string, number>();
    for (let index = 0; index < 1800; index += 1) {
      const [{ kind, colour }] = orchardScene('independent', index).objects as [Fruit];
      pairs.set(`${kind} ${colour}`, (pairs.get(`${kind} ${colour}`) ?? 0) + 1);
    }
    expect(pairs.size).toBe(36);
    // 50 each where independent; four standard deviations are 28.
    expect(Math.min(...pairs.values())).toBeGreaterThan(22);
    expect(Math.max(...pairs.values())).toBeLessThan(78);
  });

  it.each([{ size: 8 }, { size: 64.5 }, { clutter: 4 }])('refuses %j', (options) => {
    expect(() => orchardScene(0, 0, options)).toThrow(RangeError);
  });
});
