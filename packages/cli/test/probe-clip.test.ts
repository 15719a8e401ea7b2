import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProbeSummary } from '@understory/core';
import { emptyWorkspace, quarter, type Workspace } from './support/workspace.ts';

jest.setTimeout(120_000);

let workspace: Workspace;
beforeAll(async () => {
  workspace = await emptyWorkspace();
  const { write } = workspace;
  const relations = { left_of: 'to the left of', right_of: 'to the right of', on: 'on', under: 'under' };
  const entries = [];
  for (const thing of ['apple', 'pear']) {
    for (const [name, relation] of Object.entries(relations)) {
      const image = `${thing}_${name}_banana.png`;
      await write(`whatsup/data/controlled_images/${image}`, await quarter([entries.length * 20, 90, 160]));
      const options = Object.values(relations).map((each) => `A ${thing} ${each} a banana`);
      const right = `A ${thing} ${relation} a banana`;
      entries.push({
        image_path: `data/controlled_images/${image}`,
        caption_options: [right, ...options.filter((each) => each !== right)],
      });
    }
  }
  await write('whatsup/data/controlled_images_dataset.json', JSON.stringify(entries));
  await write('folder/red/1.png', await quarter([255, 0, 0]));
});
afterAll(() => workspace.remove());

const codeOf = (stderr: string) => /code +(\w+)/.exec(stderr)?.[1];
const fileIn = (path: string) => readFile(join(workspace.folder, path), 'utf8');

const probe = (data: string, model: string, out: string, more: readonly string[] = ['--explainer', 'none']) =>
  workspace.cli(['probe', 'clip', data, '--model', model, '--out', out, ...more]);

async function summaryOf(data: string, model: string, out: string): Promise<ProbeSummary> {
  const { code, stdout } = await probe(data, model, out, ['--explainer', 'none', '--json', '--quiet']);
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { summary: ProbeSummary }).summary;
}

describe('probe clip', () => {
  it('tells a model that guesses places from one that reads them', async () => {
    const blind = await summaryOf('orchard:count=24,size=64', 'orchard-clip-blind', 'blind');
    const sighted = await summaryOf('orchard:count=24,size=64', 'orchard-clip-sighted', 'sighted');
    const told = ({ estimates }: ProbeSummary, kind: string) =>
      estimates.find(({ measure, condition }) => measure === 'told-apart' && condition === kind)?.estimate;
    for (const kind of ['objects (control)', 'left and right', 'above and below']) {
      expect(told(sighted, kind)).toBeGreaterThan(0.9);
    }
    expect(told(blind, 'objects (control)')).toBeGreaterThan(0.9);
    expect(sighted.verdict.statement).toContain('reads where things are, at least more often than not');
    expect(sighted.verdict.estimate).toBeLessThan(0.1);
    expect(blind.verdict.estimate).toBeGreaterThan(0.5);
    expect(blind.verdict.statement).toContain('so few images do not tell');
  });

  it('comes to the same in parts, and goes on where it was interrupted', async () => {
    const data = 'orchard:count=4,size=64';
    expect((await probe(data, 'orchard-clip-sighted', 'whole')).code).toBe(0);
    for (const part of ['2/2', '1/2']) {
      expect((await probe(data, 'orchard-clip-sighted', 'parts', ['--explainer', 'none', '--shard', part])).code).toBe(
        0,
      );
    }
    expect((await probe(data, 'orchard-clip-sighted', 'parts')).code).toBe(0);
    const interruption = new AbortController();
    interruption.abort();
    const argv = ['probe', 'clip', data, '--model', 'orchard-clip-sighted', '--explainer', 'none', '--out', 'later'];
    const stopped = await workspace.cli(argv, { signal: interruption.signal });
    expect([stopped.code, codeOf(stopped.stderr)]).toEqual([2, 'INTERRUPTED']);
    expect((await workspace.cli(argv)).code).toBe(0);
    for (const run of ['parts', 'later']) {
      for (const file of ['tables/rows.csv', 'summary.json']) {
        expect(await fileIn(`${run}/${file}`)).toBe(await fileIn(`whole/${file}`));
      }
    }
  });

  it('maps where the model looks, and keeps pictures of the clearest failures for the report', async () => {
    const { code, stdout } = await probe('orchard:count=5,size=64', 'orchard-clip-blind', 'maps', []);
    expect(code).toBe(0);
    expect(stdout).toContain('map-in-box');
    const { examples } = JSON.parse(await fileIn('maps/summary.json')) as ProbeSummary;
    expect(examples.map(({ title }) => title.replace(/,.*/, ''))).toContain('clear failure');
    expect(await readdir(join(workspace.folder, 'maps/examples'))).toHaveLength(
      new Set(examples.map(({ item }) => item)).size,
    );
    expect((await workspace.cli(['report', 'maps'])).code).toBe(0);
    const page = await fileIn('maps/report.html');
    for (const text of [
      'Which captions are told apart',
      'Where maps lie',
      'does not tell blind from sighted',
      'the first is true',
    ]) {
      expect(page).toContain(text);
    }
  });

  it('asks a benchmark as its authors lay it out', async () => {
    const { images, estimates } = await summaryOf('whatsup:whatsup', 'orchard-clip-sighted', 'whatsup-run');
    expect(images).toBe(8);
    const conditions = estimates.filter(({ measure }) => measure === 'best').map(({ condition, n }) => [condition, n]);
    expect(conditions).toEqual([
      ['objects (control)', 8],
      ['left and right', 4],
      ['above and below', 4],
      ['Controlled_Images_A', 8],
    ]);
    // Each picture has one that makes its false caption true: the mirror image, or the picture with the opposite.
    expect(estimates.filter(({ measure }) => measure === 'group-score').map(({ n }) => n)).toEqual([4, 4, 8]);
  });

  it.each([
    ['orchard:count=2,size=64', 'efficientnet-lite0', 'PROBE_TASK'],
    ['folder:folder', 'orchard-clip-sighted', 'CAPTION_TESTS_MISSING'],
    ['aro:whatsup', 'orchard-clip-sighted', 'DATASET_LABELS_MISSING'],
  ])('refuses %s with %s: %s', async (data, model, expected) => {
    const { code, stderr } = await probe(data, model, `refused-${expected}`);
    expect([code, codeOf(stderr)]).toEqual([2, expected]);
  });
});
