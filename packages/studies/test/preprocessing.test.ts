import { describe, expect, it } from '@jest/globals';
import { pictureInputOf, type PictureInput } from '@understory/core';
import { choosePreprocessing, type PreprocessingOptions } from '../src/setup/preprocessing.ts';

function pictureOf(...dims: readonly (number | string)[]): PictureInput {
  return pictureInputOf({
    inputs: [{ name: 'x', type: 'float32', dims }],
    outputs: [{ name: 'y', type: 'float32', dims: ['N', 3] }],
    layers: [],
    origin: { backend: 'none', executionProvider: 'cpu', sha256: '', remarks: [] },
    run: async () => ({}),
    close: async () => {},
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
    const { preprocessing, assumed } = choosePreprocessing(pictureOf('N', 3, side, side), undefined, {});
    expect([preprocessing, assumed]).toEqual([expect.objectContaining(placement), true]);
    const sized = choosePreprocessing(pictureOf('N', 3, 'height', 'width'), undefined, { size: side });
    expect(sized.preprocessing).toMatchObject(placement);
  });

  it('leaves pictures whole where the task does, unless the network has one size', () => {
    const ofTask = {
      size: 800,
      longest: 1333,
      fit: 'whole',
      filter: 'bilinear',
      mean: [0, 0, 0],
      std: [1, 1, 1],
    } as const;
    const open = choosePreprocessing(pictureOf('N', 3, 'height', 'width'), undefined, {}, ofTask).preprocessing;
    expect(open.resize).toEqual({ kind: 'shorterSide', length: 800, longest: 1333, filter: 'bilinear' });
    expect(open.crop).toBeUndefined();
    const fixed = choosePreprocessing(pictureOf(1, 3, 128, 128), undefined, {}, ofTask).preprocessing;
    expect(fixed.resize).toEqual({ kind: 'exact', width: 128, height: 128, filter: 'bilinear' });
    expect(fixed.crop).toBeUndefined();
  });

  it('squashes pictures to a size that is not square', () => {
    const { preprocessing } = choosePreprocessing(pictureOf('N', 30, 40, 3), undefined, {});
    expect(preprocessing).toMatchObject({ resize: { kind: 'exact', width: 40, height: 30 }, layout: 'NHWC' });
    expect(preprocessing.crop).toBeUndefined();
  });

  it('takes the mean and deviation of ImageNet for colour alone', () => {
    const grey = choosePreprocessing(pictureOf('N', 1, 28, 28), undefined, {}).preprocessing;
    expect(grey).toMatchObject({ channels: 1, mean: [0], std: [1] });
    const colour = choosePreprocessing(pictureOf('N', 3, 28, 28), undefined, {}).preprocessing;
    expect(colour).toMatchObject({ channels: 3, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
  });

  it.each([2, 4] as const)('takes pictures of %i channels, the last of them alpha, as they are', (channels) => {
    for (const dims of [
      ['N', channels, 28, 28],
      ['N', 28, 28, channels],
    ]) {
      const { preprocessing } = choosePreprocessing(pictureOf(...dims), undefined, {});
      expect(preprocessing).toMatchObject({ channels, mean: Array(channels).fill(0), std: Array(channels).fill(1) });
    }
  });

  it('takes networks of five channels, whose pixels are fed as 0 to 1', () => {
    const { preprocessing, assumed } = choosePreprocessing(pictureOf('N', 5, 28, 28), undefined, {});
    expect(preprocessing).toMatchObject({
      channels: 5,
      rescale: 1 / 255,
      mean: Array(5).fill(0),
      std: Array(5).fill(1),
    });
    expect(assumed).toBe(true);
  });

  it('assumes nothing where options say how pixels are scaled', () => {
    const options = { mean: [0.5, 0.5, 0.5], std: [1, 1, 1] };
    expect(choosePreprocessing(pictureOf('N', 3, 8, 8), undefined, options).assumed).toBe(false);
    expect(choosePreprocessing(pictureOf('N', 3, 8, 8), undefined, { mean: [0, 0, 0] }).assumed).toBe(true);
  });
});

describe('choosePreprocessing with options', () => {
  const letterbox = (width: number, height: number) => ({
    resize: { kind: 'fit', width, height, rounding: 'halfEven', filter: 'opencvLinear' },
    pad: { to: { width, height }, position: 'center', fill: { level: 114 } },
  });
  const fixed = pictureOf('N', 3, 48, 64);
  const open = pictureOf('N', 3, 'h', 'w');
  const steps = (...[classifier, given, options]: Parameters<typeof choosePreprocessing>) => {
    const { resize, crop, pad } = choosePreprocessing(classifier, given, options).preprocessing;
    return { ...(resize && { resize }), ...(crop && { crop }), ...(pad && { pad }) };
  };

  it('brings pictures to the input, or to the size that is said, in each way', () => {
    expect(steps(fixed, undefined, { fit: 'letterbox' })).toEqual(letterbox(64, 48));
    expect(steps(open, undefined, { fit: 'letterbox', size: 32 })).toEqual(letterbox(32, 32));
    expect(steps(open, undefined, { fit: 'contain', size: 32 })).toEqual({ resize: letterbox(32, 32).resize });
    expect(steps(open, undefined, { fit: 'stretch', size: 32, filter: 'box' })).toEqual({
      resize: { kind: 'exact', width: 32, height: 32, filter: 'box' },
    });
    expect(steps(open, undefined, { fit: 'crop', size: 224 })).toEqual(steps(open, undefined, { size: 224 }));
  });

  it('letterboxes to another size where the folder letterboxes, with its grey', () => {
    const { preprocessing } = choosePreprocessing(fixed, undefined, { fit: 'letterbox', padFill: 0 });
    expect(steps(open, preprocessing, { size: 96 }).pad).toEqual({ ...letterbox(96, 96).pad, fill: { level: 0 } });
    const multiple = { ...preprocessing, pad: { ...preprocessing.pad!, to: { multipleOf: 32 } } };
    expect(steps(open, multiple, { size: 96 })).toMatchObject({
      resize: { kind: 'fit', width: 96 },
      pad: { to: { multipleOf: 32 } },
    });
  });

  it('says the steps of DETR, DPT and GLPN one by one', () => {
    const detr = steps(open, undefined, {
      resize: 800,
      crop: 'none',
      longest: 1333,
      pad: 1400,
      padPosition: 'topLeft',
      padFill: 'zero',
    });
    expect(detr).toEqual({
      resize: { kind: 'shorterSide', length: 800, longest: 1333, filter: 'bilinear' },
      pad: { to: { width: 1400, height: 1400 }, position: 'topLeft', fill: { value: 0 } },
    });
    const multiple = { of: 32, rounding: 'down' } as const;
    expect(steps(open, undefined, { resize: 'none', crop: 'none', multiple })).toEqual({
      resize: { kind: 'own', filter: 'bilinear', multiple },
    });
    const padded = steps(open, undefined, { resize: 'none', crop: 'none', pad: { multipleOf: 14 } });
    expect(padded).toEqual({ pad: { to: { multipleOf: 14 }, position: 'center', fill: { level: 114 } } });
    const base = choosePreprocessing(fixed, undefined, { fit: 'letterbox' }).preprocessing;
    expect(steps(fixed, base, { pad: 'none' })).toEqual({ resize: letterbox(64, 48).resize });
  });

  it.each<[where: string, options: PreprocessingOptions]>([
    ['fit', { fit: 'letterbox' }],
    ['longest', { resize: { width: 8, height: 8 }, longest: 9 }],
    ['padFill', { padFill: 3 }],
    ['padPosition', { padPosition: 'center', pad: undefined }],
  ])('refuses %s where it has no meaning', (where, options) => {
    const bare = { ...choosePreprocessing(open, undefined, { resize: 'none', crop: 'none' }).preprocessing };
    expect(() => choosePreprocessing(open, bare, options)).toThrow(
      expect.objectContaining({ code: 'SPEC_INVALID', message: expect.stringContaining(where) }),
    );
  });
});
