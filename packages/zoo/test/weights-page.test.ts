import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { listZoo } from '../src/index.ts';

const root = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('docs/weights.md', root), 'utf8');

it('docs/weights.md says what the cards say, made again with `npm run weights`', async () => {
  const module = (await import(fileURLToPath(new URL('tools/docs/weights.mjs', root)))) as {
    weightsPage(): Promise<string>;
  };
  expect(page).toBe(await module.weightsPage());
});

it('docs/weights.md has the licence and the source of every bundled network', async () => {
  for (const { name } of await listZoo()) {
    const section = page.split(`### ${name}\n`)[1]!.split('\n### ')[0]!;
    expect(section).toMatch(/^- weights: \S.{20,}$/m);
    expect(section).toMatch(/^- licence: (?:Apache-2\.0|MIT|BSD|CC)/m);
    expect(section).toMatch(/`[0-9a-f]{64}`/);
  }
});
