import { describe, expect, it } from '@jest/globals';
import { checkFeeds, checkReference, float32, tensor, type Feeds, type TensorSpec } from '@understory/core';

const inputs: readonly TensorSpec[] = [
  { name: 'image', type: 'float32', dims: ['N', 2, 'W'] },
  { name: 'mask', type: 'float32', dims: undefined },
];
const zeros = (...dims: number[]) => float32(new Float32Array(dims.reduce((left, right) => left * right, 1)), dims);
const fed = { image: zeros(3, 2, 5), mask: zeros(3, 7) };

describe('checkFeeds', () => {
  it('hands back the batch size of feeds that fit', () => {
    expect(checkFeeds(inputs, fed)).toBe(3);
  });

  it.each<[string, Feeds, string]>([
    ['an input is missing', { image: fed.image }, 'feeds for image'],
    ['nothing is fed', {}, 'feeds for nothing'],
    ['a size differs', { ...fed, image: zeros(3, 4, 5) }, 'float32 [3, 4, 5]'],
    ['a rank differs', { ...fed, image: zeros(3, 2) }, 'float32 [3, 2]'],
    ['a type differs', { ...fed, image: tensor('int32', new Int32Array(30), [3, 2, 5]) }, 'int32 [3, 2, 5]'],
    ['an unknown name is fed', { ...fed, text: zeros(3) }, 'a feed named "text"'],
    ['batches differ', { ...fed, mask: zeros(2, 7) }, 'batches of 3, 2'],
    ['there is no sample', { image: zeros(0, 2, 5), mask: zeros(0, 7) }, 'batches of 0, 0'],
  ])('refuses feeds where %s', (_, feeds, found) => {
    expect(() => checkFeeds(inputs, feeds)).toThrow(expect.objectContaining({ code: 'FEEDS_INVALID', found }));
  });
});

describe('checkReference', () => {
  it('accepts some of the feeds once more', () => {
    expect(checkReference({ image: zeros(3, 2, 5) }, fed)).toBeUndefined();
  });

  it.each<[string, Feeds, string]>([
    ['nothing is given', {}, 'rules that compare two images, and no reference'],
    ['a size differs', { image: zeros(1, 2, 5) }, 'a reference float32 [1, 2, 5]'],
    ['an unknown name is given', { text: zeros(3) }, 'a reference float32 [3]'],
  ])('refuses a reference where %s', (_, reference, found) => {
    expect(() => checkReference(reference, fed)).toThrow(expect.objectContaining({ code: 'FEEDS_INVALID', found }));
  });
});
