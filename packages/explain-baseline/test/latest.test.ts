import { describe, expect, it } from '@jest/globals';
import { Latest } from '../src/latest.ts';

function watched() {
  const log: string[] = [];
  const latest = new Latest<string>(async (thing) => void log.push(`close ${thing}`));
  const use = (name: string, work: () => Promise<unknown> = async () => {}) =>
    latest.use(
      [name],
      async () => {
        log.push(`make ${name}`);
        return name;
      },
      work,
    );
  return { log, latest, use };
}

describe('Latest', () => {
  it('makes a thing once and closes it when another is asked for', async () => {
    const { log, latest, use } = watched();
    await use('a');
    await use('a');
    await use('b');
    await latest.clear();
    await latest.clear();
    expect(log).toEqual(['make a', 'make b', 'close a', 'close b']);
  });

  it('closes nothing that is in use', async () => {
    const { log, use } = watched();
    let finish = () => {};
    const long = use('a', () => new Promise<void>((resolve) => (finish = resolve)));
    await use('b');
    expect(log).toEqual(['make a', 'make b']);
    finish();
    await long;
    expect(log).toEqual(['make a', 'make b', 'close a']);
  });

  it('tries again what could not be made', async () => {
    const { log, latest, use } = watched();
    const failure = new Error('no');
    const failing = latest.use(
      ['a'],
      async () => Promise.reject<string>(failure),
      async () => {},
    );
    await expect(failing).rejects.toBe(failure);
    await use('a');
    expect(log).toEqual(['make a']);
  });

  it('keeps a thing whose use failed', async () => {
    const { log, use } = watched();
    await expect(use('a', async () => Promise.reject(new Error('later')))).rejects.toThrow('later');
    await use('a');
    expect(log).toEqual(['make a']);
  });
});
