import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import type { PluginManifest, Registry } from '@understory/core';

// A network runs in ONNX Runtime, on a busy machine.
jest.setTimeout(60_000);

const root = fileURLToPath(new URL('../../..', import.meta.url));
const pages = (await readdir(join(root, 'docs/how-to'))).filter((name) => name.endsWith('.md')).sort();

/** Inside the workspace, so that packages are found by name. */
await mkdir(join(root, 'tmp'), { recursive: true });
const folder = await mkdtemp(join(root, 'tmp', 'how-to-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The blocks of a page that are files, by path: a fence's info string is its language and the path. */
function filesOf(page: string): ReadonlyMap<string, string> {
  return new Map(Array.from(page.matchAll(/^```ts (\S+)\n(.*?)^```$/gms), ([, path, code]) => [path!, code!]));
}

/** Pages about what is around the code of the others; `npm run packages` and a test of the command follow them. */
const around = [
  ...['clip.md', 'compare.md', 'export.md', 'many-machines.md', 'own-package.md', 'paper.md', 'questions.md'],
  ...['studio.md', 'visualise.md'],
];

for (const name of pages.filter((each) => !around.includes(each))) {
  const page = name.replace(/\.md$/, '');
  const files = filesOf(await readFile(join(root, 'docs/how-to', name), 'utf8'));
  const manifest = { name: `how-to-${page}`, version: '1.2.3', type: 'module' };
  for (const [path, code] of [...files, ['package.json', JSON.stringify(manifest)] as const]) {
    const file = join(folder, page, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, code);
  }
  const tests = [...files.keys()].filter((path) => path.endsWith('.test.ts'));

  // What a page's own test says is registered when it is imported.
  for (const path of tests) await import(join(folder, page, path));

  describe(`the page ${name}`, () => {
    it('has code with a test', () => expect(tests).toHaveLength(1));

    if (!files.has('src/plugin.ts')) return;
    it('shows a plugin that provides what it binds', async () => {
      const module = (await import(join(folder, page, 'src/index.ts'))) as { readonly default: PluginManifest };
      const bound: string[] = [];
      const bind: Registry['bind'] = ({ name: kind }, id) => void bound.push(`${kind} ${id}`);
      module.default.register({ bind, bindPrivate: () => undefined });
      expect(bound).toEqual(module.default.provides.map(({ kind, id }) => `${kind} ${id}`));
      const [kind = '', id = ''] = bound[0]!.split(' ');
      const prefix = { explainer: 'explain', visualiser: 'visualise' }[kind] ?? kind;
      expect(module.default).toMatchObject({ name: `@understory/${prefix}-${id}`, version: '0.1.0' });
    });
  });
}

it('there is a page for every kind of part', () => {
  const kinds = [
    ...['attack', 'backend', 'executor', 'explainer', 'gradient-rule', 'mask', 'metric', 'probe', 'subject'],
    'visualiser',
  ];
  expect(pages).toEqual([...kinds.map((kind) => `${kind}.md`), ...around].sort());
});
