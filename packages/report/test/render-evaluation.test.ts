import { codec, stored } from './drawing.ts';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { renderEvaluation, standalone, type RenderedReport } from '../src/index.ts';
import { toPng } from '../src/png.ts';
import type { EvaluationSummary } from '@understory/studies';
import { exampleRun, record, row, runRows } from './support.ts';

jest.setTimeout(60_000);

let examples: Awaited<ReturnType<typeof exampleRun>>;
let report: RenderedReport<EvaluationSummary>;

const render = (folder: string) =>
  renderEvaluation({ ...stored(folder), record: record(), rows: runRows(), failed: [], isComplete: true }, { codec });

beforeAll(async () => {
  examples = await exampleRun();
  report = await render(examples.folder);
});
afterAll(() => examples.remove());

describe('renderEvaluation', () => {
  it('needs nothing from anywhere else', () => {
    const { document } = parseHTML(report.html);
    const links = [...document.querySelectorAll('[src], [href]')].map(
      (element) => element.getAttribute('src') ?? element.getAttribute('href') ?? '',
    );
    expect(links.length).toBeGreaterThan(4);
    for (const link of links) expect(link).toMatch(/^(data:|#)/);
    expect(report.html).not.toMatch(/@import|url\(|<script/);
  });

  it('lets a browser fetch, run and send nothing', () => {
    const { document } = parseHTML(report.html);
    const policies = [...document.querySelectorAll('meta[http-equiv="Content-Security-Policy"]')];
    expect(policies.map((each) => each.getAttribute('content'))).toEqual([
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    ]);
    // Before anything that it is to hold for.
    expect(report.html.indexOf('Content-Security-Policy')).toBeLessThan(report.html.indexOf('<link'));
    expect(report.html).not.toMatch(/\son\w+=/);
  });

  it('breaks no word of a table in the middle, but for what is listed and may be as long as a hash', () => {
    const rules = report.html.split('\n').filter((line) => line.includes('overflow-wrap: anywhere'));
    expect(rules.map((line) => line.trim().split(' {')[0])).toEqual(
      expect.not.arrayContaining([expect.stringMatching(/words|^th|^td/)]),
    );
    const { document } = parseHTML(report.html);
    for (const table of document.querySelectorAll('table:not(.list)')) {
      expect(table.closest('.scroll')).not.toBeNull();
    }
  });

  it('describes every picture in words', () => {
    const { document } = parseHTML(report.html);
    const images = [...document.querySelectorAll('img')];
    expect(images).toHaveLength(6);
    for (const image of images) expect(image.getAttribute('alt')).toMatch(/test\/[01]/);
    const drawings = [...document.querySelectorAll('svg')];
    expect(drawings.map((drawing) => drawing.getAttribute('role'))).toEqual(['img', 'img', 'img', 'img']);
    for (const drawing of drawings) expect(drawing.getAttribute('aria-label')).toContain('cam');
  });

  it('shows the mean, its interval, the difference and the verdict', () => {
    const { document } = parseHTML(report.html);
    const [means, differences] = document.querySelectorAll('section table:not(.examples)');
    const [cam] = report.summary.metrics[0]!.explainers;
    expect(means!.textContent).toContain(cam!.mean!.toFixed(3));
    expect(means!.textContent).toContain(cam!.interval!.map((end) => end.toFixed(3)).join(' to '));
    expect(means!.querySelector('caption')!.textContent).toContain('lower is better; values: 0 to 1');
    expect(differences!.textContent).toContain('better');
    expect(document.querySelector('.findings')!.textContent).toMatch(/cam is better than random-order/);
  });

  it('compares the other explainers with each other too', async () => {
    const third = runRows()
      .filter(({ explainer }) => explainer === 'cam')
      .map((each) => ({ ...each, explainer: 'gradcam', value: each.value! + 0.1 }));
    const { explainers } = record().parameters;
    const { html } = await renderEvaluation(
      {
        ...stored('nowhere'),
        ...{ rows: [...runRows(), ...third], failed: [], isComplete: true },
        record: record({ explainers: [...explainers, { name: 'gradcam', title: 'Grad-CAM' }] }),
      },
      { codec },
    );
    const { document } = parseHTML(html);
    const [, first, second] = document.querySelectorAll('section table:not(.examples)');
    expect(first!.querySelectorAll('tbody tr')).toHaveLength(2);
    const rows = [...second!.querySelectorAll('tbody tr')].map(({ textContent }) => textContent!.replace(/\s+/g, ' '));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatch(/^ ?cam gradcam −0\.100 /);
    expect(document.querySelectorAll('.findings li')).toHaveLength(2);
    const { document: two } = parseHTML(report.html);
    expect(two.querySelector('main, body')!.textContent).not.toContain('between the other explainers');
  });

  it("puts the paper's numbers beside ours, marked as theirs, and only under its preset", async () => {
    const { document } = parseHTML(report.html);
    expect(document.body.textContent).toMatch(/paper’s\s+own\s+network/);
    expect(document.querySelector('header cite')!.textContent).toContain('Can’t See the Forest for the Trees');
    for (const area of ['0.190', '0.314']) expect(document.body.textContent).toContain(area);
    const [deletion] = record().parameters.metrics;
    for (const other of [
      { metrics: [{ ...deletion!, preset: 'rise' }] },
      { metrics: [{ ...deletion!, preset: null }] },
      { target: 'label' },
      { layer: 'features' },
    ]) {
      const { html, figures } = await renderEvaluation(
        {
          ...stored('nowhere'),
          ...{ rows: runRows(), failed: [], isComplete: true },
          record: record(other),
        },
        { codec },
      );
      for (const text of [html, ...figures.map(({ caption }) => caption)]) {
        expect(text).not.toContain('0.314');
        expect(text).not.toMatch(/paper['’]s\s+own\s+network/);
      }
    }
  });

  it('escapes what data sets and models are called', () => {
    expect(report.html).toContain('pets &amp; &lt;friends&gt;');
    expect(report.html).not.toContain('<friends>');
  });

  it('is the same each time', async () => {
    const again = await render(examples.folder);
    expect(again.html).toBe(report.html);
    expect(again.figures).toEqual(report.figures);
  });

  it('says of a run that is not finished, and of images that failed', async () => {
    const { html } = await renderEvaluation(
      {
        ...stored('nowhere'),
        ...{ record: record(), rows: runRows(), isComplete: false },
        failed: [{ item: 'test/9', code: 'IMAGE_NOT_DECODABLE', message: 'It is no picture.' }],
      },
      { codec },
    );
    expect(html).toContain('This run is not finished');
    expect(html).toContain('IMAGE_NOT_DECODABLE');
    expect(report.html).not.toContain('This run is not finished');
  });

  it('draws files of the figures that need no style sheet', () => {
    expect(report.figures.map(({ name }) => name)).toEqual([
      'examples',
      'deletion.curve',
      'deletion.curve-median',
      'deletion.means',
      'deletion.images',
    ]);
    for (const { svg } of report.figures) {
      const drawing = standalone(svg);
      expect(drawing).not.toContain('var(');
      expect([...toPng(drawing).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
    }
  });

  it('leaves out an example whose label is no text, and says where', async () => {
    const { folder, remove } = await exampleRun();
    const path = join(folder, 'maps/1/example.json');
    const example = JSON.parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, JSON.stringify({ ...example, predictedLabel: { toString: 1 } }));
    const { problems } = await render(folder);
    expect(problems).toMatchObject([
      { code: 'EXAMPLE_NOT_READABLE', found: expect.stringContaining('predictedLabel: ') },
    ]);
    await remove();
  });

  it('keeps going where a metric has no value at all', async () => {
    const rows = [row({ value: null, reason: 'METRIC_NOT_APPLICABLE: It lacks boxes.' })];
    const { html, figures } = await renderEvaluation(
      {
        ...stored('nowhere'),
        ...{ record: record(), rows, failed: [], isComplete: true },
      },
      { codec },
    );
    expect(figures).toEqual([]);
    expect(html).toContain('It lacks boxes');
  });
});
