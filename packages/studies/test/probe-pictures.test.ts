import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { probePicturePath } from '../src/probe/probe-pictures.ts';
import { anyText } from './support/any-text.ts';

describe('probePicturePath', () => {
  it('is the id where that is a file name, and has a piece of its hash where it is none', () => {
    expect(probePicturePath('pug_1.jpg', 'original')).toBe('examples/pug_1.jpg/original.png');
    expect(probePicturePath('images/pug_1.jpg', 'grid=4 after')).toMatch(
      /^examples\/images_pug_1\.jpg-[0-9a-f]{12}\/grid_4_after-[0-9a-f]{12}\.png$/,
    );
  });

  it('keeps images apart and within their folder', () => {
    const id = anyText({ minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(id, id, (one, other) => {
        const [first, second] = [one, other].map((item) => probePicturePath(item, 'original'));
        expect(first).toMatch(/^examples\/[^./\\][^/\\]*\/original\.png$/);
        expect(first === second).toBe(one === other);
      }),
      { seed: 1, numRuns: 100 },
    );
    expect(probePicturePath('a/b', 'x')).not.toBe(probePicturePath('a_b', 'x'));
  });
});
