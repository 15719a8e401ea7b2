import { posix } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { posixPaths } from '@understory/zoo/places';

const paths = [
  '',
  '.',
  '/',
  'a',
  'a/',
  '/a',
  '/a/',
  'a/b.onnx',
  '/a/b/model.tar.gz',
  'a/.hidden',
  'a/../b',
  '../a',
  'a//b',
  './a',
  'a.d/b',
];

describe('posixPaths', () => {
  it.each(paths)('takes "%s" apart as Node does', (path) => {
    expect(posixPaths.dirname(path)).toBe(posix.dirname(path));
    expect(posixPaths.basename(path)).toBe(posix.basename(path));
    expect(posixPaths.extname(path)).toBe(posix.extname(path));
    expect(posixPaths.basename(path, '.onnx')).toBe(posix.basename(path, '.onnx'));
  });

  it.each(paths)('puts parts behind "%s" as Node does', (path) => {
    for (const part of ['', '/', 'c.json', '../c', './c/', '..'])
      expect(posixPaths.join(path, part)).toBe(posix.join(path, part));
  });
});
