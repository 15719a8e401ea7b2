import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProbeSummary } from '@understory/core';
import { emptyWorkspace, quarter, type Workspace } from './support/workspace.ts';

jest.setTimeout(240_000);

let workspace: Workspace;
beforeAll(async () => {
  workspace = await emptyWorkspace();
  await workspace.write('folder/red/1.png', await quarter([255, 0, 0]));
});
afterAll(() => workspace.remove());

const codeOf = (stderr: string) => /code +(\w+)/.exec(stderr)?.[1];
const fileIn = (path: string) => readFile(join(workspace.folder, path), 'utf8');

const probe = (data: string, model: string, out: string, more: readonly string[] = ['--explainer', 'none']) =>
  workspace.cli(['probe', 'mdetr', data, '--model', model, '--out', out, ...more]);

async function summaryOf(data: string, model: string, out: string): Promise<ProbeSummary> {
  const { code, stdout } = await probe(data, model, out, ['--explainer', 'none', '--json', '--quiet']);
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { summary: ProbeSummary }).summary;
}

describe('probe mdetr', () => {
  it('tells a model that guesses places from one that reads them', async () => {
    const blind = await summaryOf('orchard:count=10,size=64', 'orchard-mdetr-blind', 'blind');
    const sighted = await summaryOf('orchard:count=10,size=64', 'orchard-mdetr-sighted', 'sighted');
    const found = ({ estimates, sections = [] }: ProbeSummary, measure: string, condition: string) =>
      [estimates, ...sections.map((section) => section.estimates)]
        .flat()
        .find((each) => each.measure === measure && each.condition === condition)?.estimate;
    for (const model of [blind, sighted]) expect(found(model, 'told-apart', 'all about things')).toBeGreaterThan(0.9);
    expect(found(sighted, 'told-apart', 'all about places')).toBeGreaterThan(0.9);
    expect(found(sighted, 'four-right', 'relation')).toBeGreaterThan(0.8);
    expect(found(blind, 'four-right', 'relation')).toBeLessThan(0.2);
    // The paper's failure, which only the blind one has.
    expect(found(blind, 'right-box-wrong-answer', 'relation')).toBeGreaterThan(0.1);
    expect(found(sighted, 'right-box-wrong-answer', 'relation')).toBeLessThan(0.1);
    expect(sighted.verdict.estimate).toBeLessThan(0.1);
    expect(blind.verdict.estimate).toBeGreaterThan(0.5);
  });

  it('comes to the same in parts, and goes on where it was interrupted', async () => {
    const data = 'orchard:count=2,size=64';
    const model = 'orchard-mdetr-sighted';
    expect((await probe(data, model, 'whole')).code).toBe(0);
    for (const part of ['2/2', '1/2']) {
      expect((await probe(data, model, 'parts', ['--explainer', 'none', '--shard', part])).code).toBe(0);
    }
    expect((await probe(data, model, 'parts')).code).toBe(0);
    const interruption = new AbortController();
    interruption.abort();
    const argv = ['probe', 'mdetr', data, '--model', model, '--explainer', 'none', '--out', 'later'];
    const stopped = await workspace.cli(argv, { signal: interruption.signal });
    expect([stopped.code, codeOf(stopped.stderr)]).toEqual([2, 'INTERRUPTED']);
    expect((await workspace.cli(argv)).code).toBe(0);
    for (const run of ['parts', 'later']) {
      for (const file of ['tables/rows.csv', 'summary.json']) {
        expect(await fileIn(`${run}/${file}`)).toBe(await fileIn(`whole/${file}`));
      }
    }
  });

  it('maps where the model looks, and keeps pictures with boxes and maps for the report', async () => {
    const { code, stdout } = await probe('orchard:count=3,size=64', 'orchard-mdetr-blind', 'maps', []);
    expect(code).toBe(0);
    expect(stdout).toContain('forced-beyond-control');
    const { examples } = JSON.parse(await fileIn('maps/summary.json')) as ProbeSummary;
    const [{ pictures } = { pictures: [] }] = examples;
    expect(pictures.map(({ name }) => name.replace(/-\d+$/, ''))).toEqual(
      expect.arrayContaining(['image', 'map', 'forced']),
    );
    expect(await readdir(join(workspace.folder, 'maps/examples'))).toHaveLength(
      new Set(examples.map(({ item }) => item)).size,
    );
    expect((await workspace.cli(['report', 'maps'])).code).toBe(0);
    const page = await fileIn('maps/report.html');
    for (const text of [
      'Which questions are answered right',
      'Left and right exchanged',
      'Boxes and answers',
      'Where maps lie',
    ]) {
      expect(page).toContain(text);
    }
  });

  it.each([
    ['orchard:count=2,size=64', 'efficientnet-lite0', 'PROBE_TASK'],
    ['folder:folder', 'orchard-mdetr-sighted', 'QUESTIONS_MISSING'],
  ])('refuses %s with %s: %s', async (data, model, expected) => {
    const { code, stderr } = await probe(data, model, `refused-${expected}`);
    expect([code, codeOf(stderr)]).toEqual([2, expected]);
  });
});
