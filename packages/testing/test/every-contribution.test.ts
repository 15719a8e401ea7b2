import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { PluginManifest } from '@understory/core';
import * as testing from '@understory/testing';

const packages = fileURLToPath(new URL('../..', import.meta.url));

/** The suite of each kind of contribution. */
const suites = {
  attack: 'attackContract',
  backend: 'backendContract',
  executor: 'executorContract',
  explainer: 'explainerContract',
  mask: 'maskContract',
  metric: 'metricContract',
  probe: 'probeContract',
  subject: 'subjectContract',
  visualiser: 'visualiserContract',
} as const;

async function sourcesOf(name: string, folder: string, ending: string): Promise<readonly string[]> {
  const files = await readdir(join(packages, name, folder), { recursive: true }).catch(() => []);
  const paths = files.filter((file) => file.endsWith(ending)).map((file) => join(packages, name, folder, file));
  return Promise.all(paths.map((path) => readFile(path, 'utf8')));
}

const plugins: { readonly name: string; readonly kinds: readonly string[]; readonly tests: string }[] = [];
for (const name of (await readdir(packages)).sort()) {
  const index = await readFile(join(packages, name, 'src/plugin.ts'), 'utf8').catch(() => undefined);
  if (index === undefined) continue;
  const module = (await import(join(packages, name, 'src/plugin.ts'))) as { readonly default: PluginManifest };
  const kinds = [...new Set(module.default.provides.map(({ kind }) => kind))];
  plugins.push({ name, kinds, tests: (await sourcesOf(name, 'test', '.ts')).join('\n') });
}

describe.each(plugins)('$name', ({ kinds, tests }) => {
  it.each(kinds)('runs the suite of every kind that it provides: %s', (kind) => {
    const suite = suites[kind as keyof typeof suites];
    expect(testing).toHaveProperty(suite);
    expect(tests).toContain(`${suite}(`);
  });
});

it('finds the plugins of this workspace', () => {
  expect([...new Set(plugins.flatMap(({ kinds }) => kinds))].sort()).toEqual(Object.keys(suites));
});
