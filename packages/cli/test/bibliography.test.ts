import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { Contribution } from '@understory/core';
import { loadPlugins } from '../src/index.ts';
import { repository } from './support/workspace.ts';

interface Entry {
  readonly name?: string;
  readonly text: string;
}

interface Methods {
  entriesOf(bibliography: string): readonly Entry[];
  entriesFor(reference: string, entries: readonly Entry[]): readonly Entry[];
}

const path = join(repository, 'tools/docs/pages/methods.mjs');
const { entriesOf, entriesFor } = (await import(path)) as Methods;
const entries = entriesOf(readFileSync(join(repository, 'docs/bibliography.md'), 'utf8'));

const { host } = await loadPlugins({ cwd: repository });
const provided: readonly Contribution[] = host.list();
await host.dispose();

it('the bibliography has every paper that a plugin names', () => {
  const named = provided.flatMap(({ id, reference }) => (reference === undefined ? [] : [{ id, reference }]));
  expect(named.length).toBeGreaterThan(25);
  for (const { reference } of named) expect(entriesFor(reference, entries).length).toBeGreaterThan(0);
  const [own, theirs] = entriesFor('Zheng, section 4.1; Petsiuk et al. 2018, section 4.2', entries);
  expect(own!.text).toContain("Can't See the Forest for the Trees");
  expect(theirs!.text).toContain('RISE');
  const [first, second] = entriesFor('Alvarez-Melis and Jaakkola 2018a; Alvarez-Melis and Jaakkola 2018b', entries);
  expect(first!.text).toContain('Self-Explaining Neural Networks');
  expect(second!.text).toContain('Robustness of Interpretability Methods');
  expect(() => entriesFor('Nobody et al. 2018', entries)).toThrow('has no entry for "Nobody et al. 2018"');
});

it('every explainer, metric, probe, attack and visualiser with a paper says what it computes', () => {
  const kinds = ['explainer', 'metric', 'probe', 'attack', 'visualiser'];
  const silent = provided.filter(
    ({ kind, reference, formula }) => kinds.includes(kind) && reference !== undefined && formula === undefined,
  );
  // Another explainer's map, of another network.
  expect(silent.map(({ id }) => id)).toEqual(['randomised']);
});

it('the README has a line for every explainer, metric, probe, attack, mask and visualiser', () => {
  const readme = readFileSync(join(repository, 'README.md'), 'utf8');
  const methods = readme.slice(readme.indexOf('## Methods'), readme.indexOf('## More'));
  const kinds = ['explainer', 'metric', 'probe', 'attack', 'mask', 'visualiser'];
  const ids = provided.filter(({ kind }) => kinds.includes(kind)).map(({ id }) => id);
  expect(ids.filter((id) => !methods.includes(`\`${id}\``))).toEqual([]);
  const rows = methods.split('\n').filter((line) => line.startsWith('| `'));
  const named = rows.flatMap((row) => Array.from(row.split('|')[1]!.matchAll(/`([^`]+)`/g), ([, id]) => id));
  expect(named.filter((id) => !ids.includes(id!))).toEqual([]);
  expect(readme.trimEnd().split('\n').length).toBeLessThan(200);
});
