import { describe, expect, it } from '@jest/globals';
import { environmentFailure } from '../src/index.ts';

const system = (code: string) => Object.assign(new Error(`${code}: it failed`), { code });

describe('environmentFailure', () => {
  it.each(['ENOSPC', 'EACCES', 'EPERM', 'EIO', 'EMFILE', 'ENOENT', 'EROFS'])('tells %s by its code', (code) => {
    expect(environmentFailure(system(code))).toBe(code);
  });

  it('looks behind an error at what caused it', () => {
    const cause = new Error('the picture is lost', { cause: system('EIO') });
    expect(environmentFailure(new Error('no rows', { cause }))).toBe('EIO');
    const own = Object.assign(new Error('"a.png" cannot be written.'), { code: 'OUTPUT_NOT_WRITABLE' });
    expect(environmentFailure(own)).toBe('OUTPUT_NOT_WRITABLE');
  });

  it('leaves errors about what was worked on alone', () => {
    const circle = new Error('round');
    Object.assign(circle, { cause: circle });
    const others = [circle, system('IMAGE_NOT_DECODED'), system('ERR_INVALID_ARG_TYPE'), system('EISDIR'), 'ENOSPC'];
    expect([...others, null, undefined, { code: 5 }].map(environmentFailure)).toEqual(Array(8).fill(undefined));
  });
});
