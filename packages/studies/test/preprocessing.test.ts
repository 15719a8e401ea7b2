import { describe, expect, it } from '@jest/globals';
import { ImageClassifier } from '@understory/core';
import { choosePreprocessing } from '../src/setup/preprocessing.ts';

function classifierOf(...dims: readonly (number | string)[]): ImageClassifier {
  return new ImageClassifier({
    model: {
      inputs: [{ name: 'x', type: 'float32', dims }],
      outputs: [{ name: 'y', type: 'float32', dims: ['N', 3] }],
      layers: [],
      origin: { backend: 'none', executionProvider: 'cpu', sha256: '', remarks: [] },
      run: async () => ({}),
      close: async () => {},
    },
  });
}

describe('choosePreprocessing of a bare model', () => {
  it.each([
    [28, 28],
    [32, 32],
    [64, 64],
    [96, 109],
    [224, 256],
    [299, 341],
  ])('of side %i resizes the shorter side to %i, as networks of that size are evaluated', (side, length) => {
    const placement = {
      resize: { kind: 'shorterSide', length, filter: 'bilinear' },
      crop: { width: side, height: side },
    };
    const { preprocessing, assumed } = choosePreprocessing(classifierOf('N', 3, side, side), undefined, {});
    expect([preprocessing, assumed]).toEqual([expect.objectContaining(placement), true]);
    const sized = choosePreprocessing(classifierOf('N', 3, 'height', 'width'), undefined, { size: side });
    expect(sized.preprocessing).toMatchObject(placement);
  });

  it('squashes pictures to a size that is not square', () => {
    const { preprocessing } = choosePreprocessing(classifierOf('N', 30, 40, 3), undefined, {});
    expect(preprocessing).toMatchObject({ resize: { kind: 'exact', width: 40, height: 30 }, layout: 'NHWC' });
    expect(preprocessing.crop).toBeUndefined();
  });

  it('takes the mean and deviation of ImageNet for colour alone', () => {
    const grey = choosePreprocessing(classifierOf('N', 1, 28, 28), undefined, {}).preprocessing;
    expect(grey).toMatchObject({ channels: 1, mean: [0], std: [1] });
    const colour = choosePreprocessing(classifierOf('N', 3, 28, 28), undefined, {}).preprocessing;
    expect(colour).toMatchObject({ channels: 3, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
  });

  it.each([2, 4] as const)('takes pictures of %i channels, the last of them alpha, as they are', (channels) => {
    for (const dims of [
      ['N', channels, 28, 28],
      ['N', 28, 28, channels],
    ]) {
      const { preprocessing } = choosePreprocessing(classifierOf(...dims), undefined, {});
      expect(preprocessing).toMatchObject({ channels, mean: Array(channels).fill(0), std: Array(channels).fill(1) });
    }
  });

  it('refuses networks of five channels', () => {
    expect(() => choosePreprocessing(classifierOf('N', 5, 28, 28), undefined, {})).toThrow(
      expect.objectContaining({ code: 'IMAGE_CHANNEL_MISMATCH' }),
    );
  });

  it('assumes nothing where options say how pixels are scaled', () => {
    const options = { mean: [0.5, 0.5, 0.5], std: [1, 1, 1] };
    expect(choosePreprocessing(classifierOf('N', 3, 8, 8), undefined, options).assumed).toBe(false);
    expect(choosePreprocessing(classifierOf('N', 3, 8, 8), undefined, { mean: [0, 0, 0] }).assumed).toBe(true);
  });
});
