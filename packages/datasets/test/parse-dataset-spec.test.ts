import { describe, expect, it } from '@jest/globals';
import { parseDatasetSpec } from '../src/index.ts';

describe('parseDatasetSpec', () => {
  it.each<[spec: string, format: string | undefined, path: string]>([
    ['cifar10:data/cifar10', 'cifar10', 'data/cifar10'],
    ['oxford-pets:/pets', 'oxford-pets', '/pets'],
    ['parquet:a/test.parquet', 'parquet', 'a/test.parquet'],
    ['folder:..', 'folder', '..'],
    ['CIFAR10: data ', 'cifar10', 'data'],
    ['folder:C:\\pictures', 'folder', 'C:\\pictures'],
    ['data/pictures', undefined, 'data/pictures'],
    ['C:\\pictures', undefined, 'C:\\pictures'],
    ['./odd:name', undefined, './odd:name'],
    [' pictures ', undefined, 'pictures'],
  ])('reads %p', (spec, format, path) => {
    expect(parseDatasetSpec(spec)).toEqual(format === undefined ? { path } : { format, path });
  });

  it.each(['', '   ', 'cifar10:', 'folder:  '])('refuses %p, which has no path', (spec) => {
    expect(() => parseDatasetSpec(spec)).toThrow(expect.objectContaining({ code: 'DATASET_SPEC_INVALID' }));
  });

  it('refuses an unknown format and says which was meant', () => {
    expect(() => parseDatasetSpec('cifar:data')).toThrow(
      expect.objectContaining({
        code: 'DATASET_FORMAT_UNKNOWN',
        found: '"cifar"',
        expected:
          'cifar10:PATH, oxford-pets:PATH, parquet:PATH, folder:PATH, whatsup:PATH, aro:PATH, sugarcrepe:PATH, winoground:PATH, vsr:PATH, gqa:PATH, clevr:PATH, orchard',
        next: 'Did you mean "cifar10"? Write ./cifar:... if this is a path.',
      }),
    );
  });
});
