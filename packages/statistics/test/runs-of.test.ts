import { describe, expect, it } from '@jest/globals';
import { runsOf } from '../src/index.ts';

async function* each<Value>(values: Iterable<Value>): AsyncGenerator<Value> {
  yield* values;
}

async function runs(text: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const run of runsOf(each(text), (letter) => letter)) found.push(run.join(''));
  return found;
}

describe('runsOf', () => {
  it('hands over neighbours that have one key together, the last run too', async () => {
    expect(await runs('aabccca')).toEqual(['aa', 'b', 'ccc', 'a']);
    expect(await runs('')).toEqual([]);
  });
});
