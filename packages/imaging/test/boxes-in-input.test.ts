import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  boxesInImage,
  boxesInInput,
  fixedSize,
  placementOf,
  prepare,
  rgbImage,
  type Multiple,
  type Padding,
  type PlacementSteps,
  type Preprocessing,
  type Resize,
  type SideRounding,
  type Size,
} from '../src/index.ts';

const side = (max: number) => fc.integer({ min: 1, max });
const sizes = (max: number) => fc.record({ width: side(max), height: side(max) });

const roundings: readonly SideRounding[] = ['down', 'halfEven', 'halfUp'];
const multiples: fc.Arbitrary<Multiple> = fc.record({
  of: side(7),
  rounding: fc.constantFrom('down', 'up', 'nearest'),
});
const resizes: fc.Arbitrary<Resize> = fc
  .record({
    to: fc.oneof(
      fc.record({ kind: fc.constant('shorterSide'), length: side(20) }),
      fc.record({ kind: fc.constant('shorterSide'), length: side(20), longest: side(30) }),
      sizes(30).map((size) => ({ kind: 'exact', ...size }) as const),
      fc
        .record({ size: sizes(30), rounding: fc.constantFrom(...roundings) })
        .map(({ size, rounding }) => ({ kind: 'fit', ...size, rounding }) as const),
      sizes(30).map((size) => ({ kind: 'leastChange', ...size }) as const),
      fc.constant({ kind: 'own' } as const),
    ),
    multiple: fc.option(multiples, { nil: undefined }),
  })
  .map(({ to, multiple }) => ({ ...to, filter: 'nearest', ...(multiple && { multiple }) }) as Resize);

const paddings: fc.Arbitrary<Padding> = fc.record({
  to: fc.oneof(
    fc.record({ width: fc.integer({ min: 25, max: 45 }), height: fc.integer({ min: 25, max: 45 }) }),
    side(9).map((multipleOf) => ({ multipleOf })),
  ),
  position: fc.constantFrom('center', 'topLeft'),
  fill: fc.oneof(fc.constant({ level: 0 }), fc.constant({ value: 0 })),
});

const preprocessings: fc.Arbitrary<Preprocessing> = fc
  .record({
    resize: fc.option(resizes, { nil: undefined }),
    crop: fc.option(sizes(30), { nil: undefined }),
    pad: fc.option(paddings, { nil: undefined }),
  })
  .map(({ resize, crop, pad }) => ({
    ...(resize && { resize }),
    ...(crop && { crop }),
    ...(pad && { pad }),
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

/** Whether resizing leaves a pixel a side, and no more than padding has room for. */
function isPossible(image: Size, preprocessing: Preprocessing): boolean {
  try {
    placementOf(image, preprocessing);
    return true;
  } catch (error) {
    expect(['PICTURE_TOO_NARROW', 'PREPROCESSING_INVALID']).toContain((error as { code: string }).code);
    return false;
  }
}

describe('boxesInImage', () => {
  it('leads a box of the image back from the input to where it was', () => {
    fc.assert(
      fc.property(boxed, preprocessings, ({ image, box }, preprocessing) => {
        fc.pre(isPossible(image, preprocessing));
        const there = boxesInInput([box], image, preprocessing);
        const [back] = boxesInImage(there, image, preprocessing);
        for (const field of ['x', 'y', 'width', 'height'] as const) expect(back![field]).toBeCloseTo(box[field], 9);
      }),
      { seed: 2, numRuns: 400 },
    );
  });

  it('finds the image where the mask of pixels has it', () => {
    fc.assert(
      fc.property(sizes(24), preprocessings, (image, { crop: _, ...preprocessing }) => {
        fc.pre(isPossible(image, preprocessing));
        const { tensor, pixelMask } = prepare(painted(image, { x: 0, y: 0, ...image }), preprocessing);
        const [, , height, width] = tensor.dims as readonly [number, number, number, number];
        const fixed = fixedSize(preprocessing);
        if (fixed !== undefined) expect({ width, height }).toEqual(fixed);
        const [box] = boxesInInput([{ x: 0, y: 0, ...image }], image, preprocessing);
        const rows = (y: number) => Number(y >= box!.y && y < box!.y + box!.height);
        const columns = (x: number) => Number(x >= box!.x && x < box!.x + box!.width);
        const expected = pixelMask.map((_, at) => rows(Math.trunc(at / width)) * columns(at % width));
        expect(pixelMask).toEqual(expected);
        // The picture is white and its surroundings are black.
        expect(Uint8Array.from(tensor.data.subarray(0, width * height), (value) => value / 255)).toEqual(expected);
      }),
      { seed: 3, numRuns: 60 },
    );
  });
});

describe('boxesInInput', () => {
  it('has the centres of exactly those pixels that show the box, however it is resized and cropped', () => {
    let [inside, outside] = [0, 0];
    fc.assert(
      fc.property(boxed, preprocessings, ({ image, box }, preprocessing) => {
        fc.pre(isPossible(image, preprocessing));
        const { picture, pixelMask } = prepare(painted(image, box), preprocessing);
        const [mapped] = boxesInInput([box], image, preprocessing);
        const holds = (centre: number, start: number, length: number) => centre > start && centre < start + length;
        const isOnEdge = (centre: number, start: number, length: number) =>
          Math.min(Math.abs(centre - start), Math.abs(centre - start - length)) < 1e-9;
        const wrong: unknown[] = [];
        for (let y = 0; y < picture.height; y += 1) {
          for (let x = 0; x < picture.width; x += 1) {
            // Parts that a crop cuts off lie under the padding.
            if (pixelMask[y * picture.width + x] === 0) continue;
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
    const plain: PlacementSteps = {};
    const box = { x: 3, y: 1, width: 4, height: 5 };
    expect(boxesInInput([box], { width: 20, height: 10 }, plain)).toEqual([box]);
    // Of 11 pixels too many torchvision cuts off 6 on the left.
    expect(boxesInInput([box], { width: 20, height: 10 }, { ...plain, crop: { width: 9, height: 8 } })).toEqual([
      { ...box, x: -3, y: 0 },
    ]);
  });
});
