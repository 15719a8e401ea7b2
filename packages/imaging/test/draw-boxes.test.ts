import { describe, expect, it } from '@jest/globals';
import { drawBoxes, rgbImage } from '@understory/imaging';

const grey = (width: number, height: number) => rgbImage(new Uint8Array(3 * width * height).fill(128), width, height);

/** White, black or grey: what a pixel became. */
function colours({ data, width, height }: { data: Uint8Array; width: number; height: number }): string[] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (__, x) => ({ 0: '#', 128: '.', 255: 'o' })[data[3 * (y * width + x)]!]).join(''),
  );
}

describe('drawBoxes', () => {
  it('draws a white line within a black one on either side', () => {
    const drawn = drawBoxes(grey(9, 8), [{ box: { x: 2, y: 2, width: 5, height: 5 } }]);
    expect(colours(drawn)).toEqual([
      '.........',
      '.#######.',
      '.#ooooo#.',
      '.#o###o#.',
      '.#o#.#o#.',
      '.#o###o#.',
      '.#ooooo#.',
      '.#######.',
    ]);
  });

  it('cuts what lies outside and leaves the picture that it was given as it was', () => {
    const picture = grey(4, 3);
    const drawn = drawBoxes(picture, [{ box: { x: -5, y: 1, width: 20, height: 20 } }]);
    expect(colours(drawn)).toEqual(['####', 'oooo', '####']);
    expect(picture).toEqual(grey(4, 3));
  });

  it('is bounded by the picture, however large the box', () => {
    const drawn = drawBoxes(grey(2, 2), [{ box: { x: -1e9, y: 0, width: 2e9, height: 1 } }]);
    expect(colours(drawn)[0]).toBe('oo');
  });
});
