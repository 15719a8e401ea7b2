import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '@understory/core';
import { controls, shuffledPatches } from '../src/controls/index.ts';
import { disturb } from '../src/disturb.ts';
import { covered, cut, gather, inverse, sourceOf } from '../src/rearrangement.ts';
import { inPlace } from '../src/trial.ts';

const all = [shuffledPatches, ...Object.values(controls)];

const cases = fc.record({
  control: fc.constantFrom(...all),
  grid: fc.integer({ min: 2, max: 9 }),
  height: fc.integer({ min: 9, max: 40 }),
  width: fc.integer({ min: 9, max: 40 }),
  derangement: fc.boolean(),
  seed: fc.nat(),
});

const trialsOf = ({
  control,
  grid,
  height,
  width,
  derangement,
  seed,
}: typeof cases extends fc.Arbitrary<infer T> ? T : never) =>
  control.trials({
    ...{ grid, derangement, size: { height, width }, repeats: 3 },
    random: (repeat) => seededRandom(seed).fork(String(repeat)),
  });

describe('a rearrangement', () => {
  it('is a bijection of the pixels for any size, and its inverse undoes it', () => {
    fc.assert(
      fc.property(cases, (chosen) => {
        const size = { height: chosen.height, width: chosen.width };
        const pixels = Float32Array.from({ length: 3 * size.height * size.width }, (_, at) => at);
        for (const { rearrangement } of trialsOf(chosen)) {
          const source = sourceOf(rearrangement, size);
          expect(new Set(source).size).toBe(source.length);
          const moved = disturb(pixels, size, { rearrangement, lines: 0 });
          expect(gather(moved, inverse(source))).toEqual(pixels);
          expect(gather(gather(pixels, inverse(source)), source)).toEqual(pixels);
        }
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('moves whole patches of one size and leaves a frame of less than one pixel a patch', () => {
    fc.assert(
      fc.property(cases, (chosen) => {
        const size = { height: chosen.height, width: chosen.width };
        const { grid } = chosen;
        const { top, left, height, width } = cut({ rows: grid, columns: grid }, size);
        const frame = [size.height - grid * height, size.width - grid * width];
        expect(frame.every((pixels) => pixels >= 0 && pixels < grid)).toBe(true);
        expect([2 * top, 2 * left].every((twice, axis) => Math.abs(frame[axis]! - twice) <= 1)).toBe(true);
        const [{ rearrangement, drawn } = { rearrangement: inPlace(1, 1), drawn: [] }] = trialsOf({
          ...chosen,
          control: shuffledPatches,
        });
        const source = sourceOf(rearrangement, size);
        // Each pixel comes from the same place within the patch that was drawn for its patch; the frame stays.
        source.forEach((from, at) => {
          const [y, x] = [Math.floor(at / size.width), at % size.width];
          const [row, column] = [Math.floor((y - top) / height), Math.floor((x - left) / width)];
          const isFrame = y < top || x < left || row >= grid || column >= grid;
          const piece = isFrame ? -1 : drawn[row * grid + column]!;
          const [fromY, fromX] = isFrame
            ? [y, x]
            : [y + (Math.floor(piece / grid) - row) * height, x + ((piece % grid) - column) * width];
          if (from !== fromY * size.width + fromX) throw new Error(`pixel ${at} comes from ${from}`);
        });
        expect(covered(rearrangement, size)).toBeCloseTo(
          (grid * grid * height * width) / (size.height * size.width),
          12,
        );
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  it('refuses more pieces than pixels', () => {
    expect(() => cut({ rows: 4, columns: 1 }, { height: 3, width: 9 })).toThrow(RangeError);
  });
});

describe('the controls', () => {
  it('turn and mirror as they say', () => {
    const size = { height: 2, width: 2 };
    const turned = (quarterTurns: 0 | 1 | 2 | 3) => [
      ...gather(
        Float32Array.of(1, 2, 3, 4),
        sourceOf({ rows: 1, columns: 1, pieces: [{ from: 0, quarterTurns }] }, size),
      ),
    ];
    expect([0, 1, 2, 3].map((turns) => turned(turns as 0))).toEqual([
      [1, 2, 3, 4],
      [3, 1, 4, 2],
      [4, 3, 2, 1],
      [2, 4, 1, 3],
    ]);
    const flipped = (id: 'flip-horizontal' | 'flip-vertical') => {
      const request = { size, grid: 2, repeats: 1, derangement: false, random: () => seededRandom(1) };
      const [{ rearrangement } = { rearrangement: inPlace(1, 1) }] = controls[id].trials(request);
      return [...gather(Float32Array.of(1, 2, 3, 4), sourceOf(rearrangement, size))];
    };
    expect([flipped('flip-horizontal'), flipped('flip-vertical')]).toEqual([
      [2, 1, 4, 3],
      [3, 4, 1, 2],
    ]);
  });

  it('turn patches that are not square by half', () => {
    const request = {
      size: { height: 8, width: 12 },
      grid: 2,
      repeats: 5,
      derangement: false,
      random: () => seededRandom(1),
    };
    expect(controls.rotate.trials(request).map(({ drawn }) => drawn)).toEqual([[2, 2, 2, 2]]);
  });

  it('draw the cuts in the mean colour and leave everything else', () => {
    const size = { height: 6, width: 6 };
    const pixels = Float32Array.from({ length: 36 }, (_, at) => at / 36);
    const lined = disturb(pixels, size, { rearrangement: inPlace(2, 2), lines: 2 });
    const drawn = [...lined.keys()].filter((at) => lined[at] !== pixels[at]);
    expect(drawn).toEqual(
      [...lined.keys()].filter((at) => [2, 3].includes(at % 6) || [2, 3].includes(Math.floor(at / 6))),
    );
    for (const at of drawn) expect(lined[at]).toBeCloseTo(35 / 72, 6);
    // Where a frame is left its edges are cuts too: a column and a row of five pixels in pieces of two.
    const framed = disturb(
      new Float32Array(25).map((_, at) => at),
      { height: 5, width: 5 },
      { rearrangement: inPlace(2, 2), lines: 1 },
    );
    expect([...framed.keys()].filter((at) => framed[at] === at && at !== 12)).not.toContain(1);
  });
});
