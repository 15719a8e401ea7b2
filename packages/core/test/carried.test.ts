import { describe, expect, it } from '@jest/globals';
import { carriedError, environmentFailure, errors, isDiagnosed, restoredError } from '../src/index.ts';

const through = (error: unknown) => restoredError(JSON.parse(JSON.stringify(carriedError(error))));

describe('an error that is carried to another process', () => {
  it('keeps its diagnosis, its remedy and its causes', () => {
    const cause = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const error = errors.environmentFailed({ plugin: 'p', kind: 'metric', id: 'm', reason: 'full', cause });
    const restored = through(error);
    expect(isDiagnosed(restored)).toBe(true);
    const { code, message, found, expected, next, remedy } = error;
    expect(restored).toMatchObject({ code, message, found, expected, next, ...(remedy && { remedy }) });
    expect(restored.cause).toMatchObject({ message: 'no space left', code: 'ENOSPC' });
    expect(environmentFailure(restored)).toBe('ENOSPC');
  });

  it('keeps name and code of others, and says what was thrown that is no error', () => {
    const named = Object.assign(new TypeError('wrong'), { code: 'ENOENT' });
    expect(through(named)).toMatchObject({ name: 'TypeError', message: 'wrong', code: 'ENOENT' });
    expect(through('only words')).toMatchObject({ name: 'Error', message: 'only words' });
  });

  it('ends a chain of causes that goes round', () => {
    const error = new Error('round');
    error.cause = error;
    let links = 0;
    for (let link: unknown = through(error); link instanceof Error; link = link.cause) links += 1;
    expect(links).toBe(8);
  });
});
