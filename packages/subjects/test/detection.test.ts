import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { overlap } from '../src/object-detection/boxes.ts';
import { countOf } from '../src/object-detection/count-of.ts';
import { areSame, suppressed, type Detection } from '../src/object-detection/detection.ts';

const side = fc.integer({ min: 0, max: 12 });
const size = fc.integer({ min: 0, max: 9 });
const box = fc.record({ x: side, y: side, width: size, height: size });
const detections = fc
  .array(
    fc.record({
      box,
      classIndex: fc.integer({ min: 0, max: 2 }),
      probability: fc.double({ min: 0.25, max: 1, noNaN: true }),
    }),
    { maxLength: 30 },
  )
  .map((list) => list.map((each, place): Detection => ({ ...each, place })));
const threshold = fc.double({ min: 0.1, max: 0.9, noNaN: true });

describe('overlap', () => {
  it('is the area shared of the area covered', () => {
    const one = { x: 0, y: 0, width: 4, height: 2 };
    expect(overlap(one, { x: 2, y: 1, width: 4, height: 2 })).toBeCloseTo(2 / 14, 12);
    expect(overlap(one, one)).toBe(1);
    expect(overlap(one, { x: 4, y: 0, width: 1, height: 2 })).toBe(0);
    expect(overlap({ ...one, width: 0 }, { ...one, width: 0 })).toBe(1);
    expect(overlap({ ...one, width: 0 }, one)).toBe(0);
    // A box whose corners are the wrong way round covers nothing.
    expect(overlap(one, { x: 2, y: 0, width: -4, height: 2 })).toBe(0);
  });

  it('is the same both ways, in 0..1', () => {
    fc.assert(
      fc.property(box, box, (one, other) => {
        const shared = overlap(one, other);
        expect(shared).toBe(overlap(other, one));
        expect(shared >= 0 && shared <= 1).toBe(true);
      }),
    );
  });
});

describe('suppression', () => {
  it('leaves no two of a class that overlap by more than the threshold, and hides none that no better one of its class overlaps', () => {
    fc.assert(
      fc.property(detections, threshold, (all, limit) => {
        const kept = suppressed(all, limit);
        for (const [at, one] of kept.entries()) {
          for (const other of kept.slice(at + 1)) {
            expect(one.classIndex === other.classIndex && overlap(one.box, other.box) > limit).toBe(false);
          }
        }
        for (const hidden of all.filter((each) => !kept.includes(each))) {
          const hides = kept.some(
            (better) =>
              better.classIndex === hidden.classIndex &&
              better.probability >= hidden.probability &&
              overlap(better.box, hidden.box) > limit,
          );
          expect(hides).toBe(true);
        }
      }),
    );
  });

  it('goes from best to worst, does not depend on the order, and changes nothing the second time', () => {
    fc.assert(
      fc.property(detections, threshold, (all, limit) => {
        const kept = suppressed(all, limit);
        expect(kept.map(({ probability }) => probability)).toEqual(
          kept.map(({ probability }) => probability).toSorted((one, other) => other - one),
        );
        expect(suppressed(all.toReversed(), limit)).toEqual(kept);
        expect(suppressed(kept, limit)).toEqual(kept);
        expect(areSame(kept, kept)).toBe(true);
      }),
    );
  });

  it('leaves all where there is no threshold', () => {
    fc.assert(fc.property(detections, (all) => suppressed(all, undefined).length === all.length));
  });
});

describe('the same boxes', () => {
  const at = (x: number, classIndex = 0): Detection => ({
    ...{ box: { x, y: 0, width: 10, height: 10 }, classIndex, probability: 0.9, place: x },
  });

  it('overlap by half and have the same labels, whatever their order', () => {
    expect(areSame([at(0), at(40, 1)], [at(41, 1), at(2)])).toBe(true);
    expect(areSame([at(0), at(40, 1)], [at(41, 0), at(2)])).toBe(false);
    expect(areSame([at(0)], [at(4)])).toBe(false);
    expect(areSame([at(0)], [at(0), at(40)])).toBe(false);
    expect(areSame([], [])).toBe(true);
  });

  it('are matched one with one', () => {
    expect(areSame([at(0), at(1)], [at(0), at(60)])).toBe(false);
  });
});

describe('counts', () => {
  it.each([
    [1, 'dog', '1 dog'],
    [2, 'dog', '2 dogs'],
    [3, 'person', '3 people'],
    [2, 'bus', '2 buses'],
    [2, 'baseball bat', '2 baseball bats'],
    [2, 'teddy bear', '2 teddy bears'],
    [2, 'butterfly', '2 butterflies'],
    [2, 'dining table', '2 dining tables'],
    [2, 'class 3', '2 of class 3'],
    [4, 'Hündin', '4 of Hündin'],
  ])('%d %s', (count, label, said) => {
    expect(countOf(count, label)).toBe(said);
  });
});
