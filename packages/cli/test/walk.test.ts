import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { repository } from './support/workspace.ts';

const textOf = (path: string) => readFileSync(join(repository, path), 'utf8');

/** The files that ARCHITECTURE.md names between its heading of the walk and the next, in order. */
function walk(): readonly string[] {
  const page = textOf('ARCHITECTURE.md');
  const [, section = ''] = /^## From `understory explain cat\.png` to the PNG$(.*?)^## /ms.exec(page) ?? [];
  return [...section.matchAll(/`(packages\/[^`]+\.(?:ts|js))`/g)].map(([, path]) => path!);
}

/** The source of an entry point such as `@understory/studies/setup`. */
function entryOf(name: string): string | undefined {
  const [, folder, entry = ''] = /^@understory\/([\w-]+)(\/[\w-]+)?$/.exec(name) ?? [];
  if (folder === undefined || !existsSync(join(repository, 'packages', folder))) return undefined;
  const { exports } = JSON.parse(textOf(`packages/${folder}/package.json`)) as {
    exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
  const source = exports[`.${entry}`]?.['@understory/source'];
  return source === undefined ? undefined : posix.join('packages', folder, source);
}

/** The files that a file names: those it imports, loads or starts. */
function named(path: string): readonly string[] {
  return [...textOf(path).matchAll(/'((?:\.{1,2}\/|@understory\/)[^']+)'/g)].flatMap(([, name]) => {
    const built = posix.join(posix.dirname(path), name!).replace('/dist/', '/src/').replace(/\.js$/, '.ts');
    const file = name!.startsWith('.') ? built : entryOf(name!);
    return file !== undefined && file.endsWith('.ts') && existsSync(join(repository, file)) ? [file] : [];
  });
}

/** Whether a file leads to another itself, or through one that hands it on, such as the index of a package. */
function leadsTo(from: string, to: string): boolean {
  const next = named(from);
  return next.includes(to) || next.some((through) => named(through).includes(to));
}

describe('the walk from a command line to a picture', () => {
  const files = walk();

  it('passes through at most ten files, all of which are there', () => {
    expect(files.length).toBeGreaterThan(5);
    expect(files.length).toBeLessThanOrEqual(10);
    expect(new Set(files).size).toBe(files.length);
    expect(files.filter((path) => !existsSync(join(repository, path)))).toEqual([]);
    expect(files[0]).toBe('packages/cli/bin/understory.js');
    expect(files).toContain('packages/cli/src/commands/explain.ts');
  });

  it('goes from each file to one that those before it lead to, or that is loaded as a plugin', () => {
    const plugins = 'packages/environment-node/src/load-plugins.ts';
    const lost = files.filter(
      (to, at) => at > 0 && ![...files.slice(0, at), plugins].some((from) => leadsTo(from, to)),
    );
    expect(lost).toEqual([]);
  });
});
