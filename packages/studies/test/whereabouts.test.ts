import { expect, it } from '@jest/globals';
import { whereabouts } from '../src/evaluation/whereabouts.ts';

const picture = { height: 2, width: 3 };
const left = { x: 0, y: 0, width: 1, height: 2 };
const right = { x: 2, y: 0, width: 1, height: 2 };

it('the box of the target goes before the boxes of the data set, which may be of other things', () => {
  expect(whereabouts({ box: left }, [right], picture)).toEqual({
    boxes: [[left]],
    objects: [Uint8Array.of(1, 0, 0, 1, 0, 0)],
  });
});

it('an area has the box around it', () => {
  const area = { height: 2, width: 3, inside: Uint8Array.of(0, 1, 0, 0, 0, 1) };
  expect(whereabouts({ area }, [left], picture)).toEqual({
    boxes: [[{ x: 1, y: 0, width: 2, height: 2 }]],
    objects: [area.inside],
  });
  expect(whereabouts({ area: { ...area, inside: new Uint8Array(6) } }, [left], picture)).toMatchObject({ boxes: [[]] });
});

it('a class lies where the data set says, if it does', () => {
  expect(whereabouts({}, [left, right], picture)).toEqual({
    boxes: [[left, right]],
    objects: [Uint8Array.of(1, 0, 1, 1, 0, 1)],
  });
  expect(whereabouts({}, [], picture)).toEqual({ boxes: [[]], objects: [undefined] });
  expect(whereabouts({}, undefined, picture)).toEqual({});
});
