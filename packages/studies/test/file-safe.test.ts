import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fileSafe } from '../src/common/file-safe.ts';
import { anyText } from './support/any-text.ts';

describe('fileSafe', () => {
  it('gives names that no file system and no shell takes amiss', () => {
    fc.assert(
      fc.property(anyText({ maxLength: 200 }), (text) => {
        const name = fileSafe(text);
        expect(name).toMatch(/^[\p{L}\p{N}+._-]*$/u);
        expect(name).not.toMatch(/^[._]|[._]$/);
        expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(80);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
