import { describe, expect, it } from '@jest/globals';
import { prepare, rgbImage, type Preprocessing, type Size } from '@understory/imaging';
import fc from 'fast-check';
import { boxesInInput } from '../src/common/boxes-in-input.ts';

const side = (max: number) => fc.integer({ min: 1, max });
const sizes = (max: number) => fc.record({ width: side(max), height: side(max) });

const preprocessings: fc.Arbitrary<Preprocessing> = fc
  .record({
    resize: fc.oneof(
      fc.constant(undefined),
      side(20).map((length) => ({ kind: 'shorterSide', length, filter: 'nearest' }) as const),
      sizes(30).map((size) => ({ kind: 'exact', ...size, filter: 'nearest' }) as const),
    ),
    crop: fc.option(sizes(30), { nil: undefined }),
  })
  .map(({ resize, crop }) => ({
    ...(resize && { resize }),
    ...(crop && { crop }),
    rescale: 1,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    channels: 3,
    order: 'RGB',
    layout: 'NCHW',
  }));

const boxed = sizes(24).chain((image) =>
  fc
    .record({ x: fc.nat(image.width - 1), y: fc.nat(image.height - 1) })
    .chain(({ x, y }) =>
      fc
        .record({ width: side(image.width - x), height: side(image.height - y) })
        .map((size) => ({ image, box: { x, y, ...size } })),
    ),
);

/** A black picture with a white box. */
function painted({ width, height }: Size, box: { x: number; y: number } & Size) {
  const data = new Uint8Array(3 * width * height);
  for (let y = box.y; y < box.y + box.height; y += 1) {
    data.fill(255, 3 * (y * width + box.x), 3 * (y * width + box.x + box.width));
  }
  return rgbImage(data, width, height);
}

describe('boxesInInput', () => {
  it('has the centres of exactly those pixels that show the box, however it is resized and cropped', () => {
    let [inside, outside] = [0, 0];
    fc.assert(
      fc.property(boxed, preprocessings, ({ image, box }, preprocessing) => {
        const { picture } = prepare(painted(image, box), preprocessing);
        const [mapped] = boxesInInput([box], image, preprocessing);
        const holds = (centre: number, start: number, length: number) => centre > start && centre < start + length;
        const isOnEdge = (centre: number, start: number, length: number) =>
          Math.min(Math.abs(centre - start), Math.abs(centre - start - length)) < 1e-9;
        const wrong: unknown[] = [];
        for (let y = 0; y < picture.height; y += 1) {
          for (let x = 0; x < picture.width; x += 1) {
            // There the nearest pixel is a matter of rounding.
            if (isOnEdge(x + 0.5, mapped!.x, mapped!.width) || isOnEdge(y + 0.5, mapped!.y, mapped!.height)) continue;
            const isWhite = picture.data[3 * (y * picture.width + x)] === 255;
            const isInBox = holds(x + 0.5, mapped!.x, mapped!.width) && holds(y + 0.5, mapped!.y, mapped!.height);
            if (isInBox !== isWhite) wrong.push({ x, y });
            if (isWhite) inside += 1;
            else outside += 1;
          }
        }
        expect(wrong).toEqual([]);
      }),
      { seed: 1, numRuns: 150 },
    );
    expect(Math.min(inside, outside)).toBeGreaterThan(500);
  });

  it('keeps boxes where nothing is resized or cropped, and moves them by what a crop cuts off', () => {
    const plain = { rescale: 1, mean: [0, 0, 0], std: [1, 1, 1], channels: 3, order: 'RGB', layout: 'NCHW' } as const;
    const box = { x: 3, y: 1, width: 4, height: 5 };
    expect(boxesInInput([box], { width: 20, height: 10 }, plain)).toEqual([box]);
    // Of 11 pixels too many torchvision cuts off 6 on the left.
    expect(boxesInInput([box], { width: 20, height: 10 }, { ...plain, crop: { width: 9, height: 8 } })).toEqual([
      { ...box, x: -3, y: 0 },
    ]);
  });
});
