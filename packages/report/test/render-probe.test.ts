import { codec } from './drawing.ts';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parseHTML } from 'linkedom';
import type { ProbeSummary } from '@understory/core';
import { renderProbe, standalone, type RenderedReport } from '../src/index.ts';
import { toPng } from '../src/png.ts';
import { probeText, type Style } from '../src/text.ts';
import { probeRun, probeSummary } from './probe-support.ts';

jest.setTimeout(60_000);

let probe: Awaited<ReturnType<typeof probeRun>>;
let report: RenderedReport<ProbeSummary | null>;

beforeAll(async () => {
  probe = await probeRun();
  report = await renderProbe(probe.run, { codec });
});
afterAll(() => probe.remove());

const same = (text: string) => text;
const plainStyle: Style = { bold: same, dim: same, cyan: same, green: same, yellow: same };

const textOf = (html: string) => parseHTML(html).document.body.textContent.replaceAll(/\s+/g, ' ');

describe('renderProbe', () => {
  it('starts with the verdict and its interval', () => {
    const { document } = parseHTML(report.html);
    expect(document.querySelector('.verdict')!.textContent).toContain('keeps 43.9\u00a0% of its predictions');
    expect(textOf(report.html)).toContain('0.439, 95 % interval 0.370 to 0.510');
    expect(report.images).toBe(40);
  });

  it('needs nothing from anywhere else', () => {
    const { document } = parseHTML(report.html);
    const links = [...document.querySelectorAll('[src], [href]')].map(
      (element) => element.getAttribute('src') ?? element.getAttribute('href') ?? '',
    );
    expect(links.length).toBeGreaterThan(11);
    for (const link of links) expect(link).toMatch(/^(data:|#)/);
    expect(report.html).not.toMatch(/@import|url\(|<script/);
  });

  it('has a row for each condition, with every estimate, its interval and its number', () => {
    const { document } = parseHTML(report.html);
    const [shares, means] = [...document.querySelectorAll('.estimates')].map((table) =>
      [...table.querySelectorAll('tbody tr')].map((line) => line.textContent.replaceAll(/\s+/g, ' ').trim()),
    );
    expect(shares!.filter((line) => line.startsWith('grid='))).toHaveLength(5);
    expect(shares![2]).toMatch(/^grid=4 43\.9 % 38\.9 to 47\.9 % n 200 ?30\.0 % .* n 90$/);
    expect(means!.at(-1)).toMatch(/^seams – ?none measured$/);
  });

  it('puts what others published under the row that it belongs to, with whose it is', () => {
    const { document } = parseHTML(report.html);
    const theirs = [...document.querySelectorAll('.paper')].map((line) => line.textContent.replaceAll(/\s+/g, ' '));
    expect(theirs.filter((line) => line.includes('Published'))).toEqual([
      expect.stringMatching(/Published: Others 2022, their <net> 88\.5 %/),
    ]);
  });

  it('draws what has no order with a mark, an interval and the chance of each row, and says how to read it', () => {
    const figure = report.figures.find(({ name }) => name === 'what-is-told-apart')!;
    expect(figure.alt.replaceAll('\u00a0', ' ')).toBe(
      'What is told apart, fraction of pairs: things: seen 98.0 %, on grey 52.0 % (chance 50.0 %); places & sides: seen 51.0 % (chance 50.0 %).',
    );
    const { document } = parseHTML(figure.svg);
    expect(document.querySelectorAll('circle')).toHaveLength(3);
    // Of each row one, of the length of its lanes.
    const dashes = [...document.querySelectorAll('[stroke-dasharray="5,4"] line')];
    expect(new Set(dashes.map((line) => line.getAttribute('x1'))).size).toBe(1);
    expect(dashes).toHaveLength(2);
    expect(figure.caption).toContain('chance level');
    expect(textOf(report.html)).toContain('Reading these numbers Maps do not decide <anything>.');
  });

  it("puts the paper's numbers beside ours, marked as theirs, under the condition that they belong to", () => {
    const { document } = parseHTML(report.html);
    const theirs = [...document.querySelectorAll('.paper')].map((line) => line.textContent.replaceAll(/\s+/g, ' '));
    expect(theirs.filter((line) => line.startsWith(' The paper'))).toEqual([
      expect.stringMatching(/The paper, its own network and data 77\.1 %95\.6 %/),
      expect.stringMatching(/The paper, its own network and data 2\.240/),
    ]);
    const figure = report.figures.find(({ name }) => name === 'paper-shares')!;
    expect(figure.alt).toMatch(/77\.1\s% in the paper/);
    expect(figure.caption).toContain('own network');
  });

  it('describes every picture in words and says which was not kept', () => {
    const { document } = parseHTML(report.html);
    const images = [...document.querySelectorAll('img')];
    expect(images).toHaveLength(11);
    for (const image of images) expect(image.getAttribute('alt')).toMatch(/^test\/[012], .*(original|shuffled|looked)/);
    expect(document.querySelector('.absent')!.getAttribute('aria-label')).toBe(
      'test/2, where it looked after: not kept',
    );
    for (const drawing of document.querySelectorAll('svg')) {
      expect(drawing.getAttribute('role')).toBe('img');
      expect(drawing.getAttribute('aria-label')!.length).toBeGreaterThan(40);
    }
  });

  it('draws curves with chance, and leaves out what was never measured', () => {
    const curve = report.figures.find(({ name }) => name === 'spatial-blindness')!;
    expect(curve.alt).toContain('same top-1 0.76 at 2');
    expect(curve.alt).toContain('chance is 0.027');
    expect(curve.svg).toContain('chance 0.027');
    expect(curve.alt).not.toContain('never measured');
  });

  it('draws rows, not lines, where one place was measured, so that intervals do not hide each other', async () => {
    const summary = probeSummary();
    const curves = summary.curves.map((curve) => ({
      ...curve,
      series: curve.series.map((each) => ({ ...each, points: each.points.filter(({ x }) => x === 4) })),
    }));
    const { run, remove } = await probeRun({ ...summary, curves });
    const { figures } = await renderProbe(run, { codec });
    await remove();
    const [rows] = figures;
    expect(rows!.alt).toContain('same top-1 0.44 at 4; accuracy 0.37 at 4; chance is 0.027');
    expect(rows!.svg).toContain('fraction of images, patches a side: 4');
    expect(rows!.svg).toContain('chance 0.027');
  });

  it('names the line where it is no chance level, and the verdict without an estimate where there is none', async () => {
    const summary = probeSummary();
    const [first] = summary.curves;
    const statement = 'Nothing was measured, so there is no verdict.';
    const { run, remove } = await probeRun({
      ...summary,
      verdict: { statement, estimate: 0, interval: [0, 1] },
      curves: [
        { ...first!, chanceName: 'two different images' },
        {
          ...first!,
          title: 'One',
          chanceName: 'two others',
          series: first!.series.map((each) => ({ ...each, points: each.points.slice(0, 1) })),
        },
      ],
    });
    const { figures, html } = await renderProbe(run, { codec });
    await remove();
    expect(figures[0]!.svg).toContain('two different images 0.027');
    expect(figures[0]!.caption).toContain('The grey line is that of two different images.');
    expect(figures[1]!.svg).toContain('two others 0.027');
    expect(html).toContain(statement);
    expect(html).not.toContain('The estimate behind it');
  });

  it('gives no estimate that a verdict denies, and calls numbers that nobody could measure so', async () => {
    const summary = probeSummary();
    const statement = 'Whether it reads places cannot be said: 95.0 % on 4 images may be guessed.';
    const [first] = summary.estimates;
    const { run, remove } = await probeRun({
      ...summary,
      verdict: { statement, estimate: 0, interval: [0, 1] },
      estimates: [{ ...first!, unit: 'number', n: 0, estimate: null, interval: null }],
    });
    const { html } = await renderProbe(run, { codec });
    await remove();
    expect(html).toContain('cannot be said: 95.0\u00a0% on');
    expect(html).not.toContain('The estimate behind it');
    const caption = parseHTML(html).document.querySelector('table.estimates caption')!;
    expect(caption.textContent.replaceAll(/\s+/g, ' ').trim()).toBe('Means by condition, none of which was measured');
  });

  it('escapes captions, labels and names', () => {
    expect(report.html).toContain('pets &amp; &lt;friends&gt;');
    expect(report.html).not.toMatch(/<cat>|<friends>/);
    for (const { svg } of report.figures) {
      expect(svg.replaceAll(/"[^"]*"/g, '')).not.toContain('<cat>');
      const drawing = standalone(svg);
      expect(drawing).not.toContain('var(');
      expect([...toPng(drawing).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
    }
    expect(report.figures.map(({ name }) => name)).toEqual([
      'spatial-blindness',
      'what-is-told-apart',
      'paper-shares',
      'paper-numbers',
      'examples',
    ]);
  });

  it('hands over the numbers as files', () => {
    const { document } = parseHTML(report.html);
    const [estimates] = [...document.querySelectorAll('a[download]')];
    expect(estimates!.getAttribute('download')).toBe('estimates.csv');
    const [, coded] = estimates!.getAttribute('href')!.split(',');
    const lines = Buffer.from(coded!, 'base64').toString().split('\r\n');
    expect(lines[0]).toBe('measure,title,condition,n,estimate,low,high,unit,paper,published,source,p');
    expect(lines).toContain('gains-logit,"Gain logit, of those",grid=4,90,0.3,0.43,0.57,share,0.9558,,,');
  });

  it('shows a section of its own after the results, with its charts, tests, remarks and pictures', async () => {
    const { charts = [], examples, ...rest } = probeSummary();
    const [estimate] = rest.estimates;
    const section = {
      ...{ title: 'Held to a box', charts, remarks: ['A box holds <one> thing.'] },
      estimates: [{ ...estimate!, measure: 'gain', title: 'Gain', condition: 'crop', pValue: 0.0004 }],
      examples: examples.slice(0, 1),
    };
    const own = await probeRun({ ...rest, charts, examples: examples.slice(1), sections: [section] });
    const { html, figures } = await renderProbe(own.run, { codec });
    await own.remove();
    const { document } = parseHTML(html);
    const [, , found] = [...document.querySelectorAll('section')];
    const words = found!.textContent.replaceAll(/\s+/g, ' ');
    expect(found!.querySelector('h2')!.textContent).toBe('Held to a box');
    expect(words).toMatch(/crop 75\.8 % 70\.8 to 79\.8 % n 200 p < 0\.001/);
    expect(words).toContain('A box holds <one> thing.');
    expect([...found!.querySelectorAll('h3')].map(({ textContent }) => textContent)).toEqual([
      'What is told apart',
      'Reading these numbers',
      'Gained most: test/0',
    ]);
    expect(figures.map(({ name }) => name).slice(-4)).toEqual(['paper-numbers', 'examples', 'chart-2', 'examples-2']);
    const [coded] = [...document.querySelectorAll('a[download="estimates.csv"]')];
    expect(Buffer.from(coded!.getAttribute('href')!.split(',')[1]!, 'base64').toString()).toContain(
      'gain,Gain,crop,200,',
    );
    const text = probeText({ ...rest, examples: [], sections: [section] }, plainStyle).replaceAll('\u00a0', ' ');
    expect(text).toMatch(/pictures of 1 kept/);
    expect(text).toMatch(
      /Held to a box\n\nGain\n.*condition +gain +95 % interval +n +p *\n.*crop +75\.8 % +70\.8 to 79\.8 % +200 +< 0\.001/,
    );
  });

  it('is the same each time', async () => {
    const again = await renderProbe(probe.run, { codec });
    expect(again.html).toBe(report.html);
    expect(again.figures).toEqual(report.figures);
  });

  it('says that a run is not finished, and then tells what its record says', async () => {
    const { run, remove } = await probeRun(null);
    const { html, figures, images, summary } = await renderProbe({ ...run, isComplete: false }, { codec });
    await remove();
    expect([figures, images, summary]).toEqual([[], 12, null]);
    expect(textOf(html)).toContain('This run is not finished: 12 images are done');
    expect(textOf(html)).toContain('shuffle: permutations');
    expect(textOf(report.html)).not.toContain('not finished');
  });

  it('lists images that failed', async () => {
    const failed = [{ item: 'test/9', code: 'NOT_AN_IMAGE', message: 'It is no picture.' }];
    const { html } = await renderProbe({ ...probe.run, failed }, { codec });
    expect(textOf(html)).toContain('1 image could not be probed');
    expect(html).toContain('NOT_AN_IMAGE');
  });

  it('goes on where nothing at all came out', async () => {
    const none: ProbeSummary = { ...probeSummary(), estimates: [], curves: [], charts: [], examples: [] };
    const { run, remove } = await probeRun(none);
    const { figures, html } = await renderProbe(run, { codec });
    await remove();
    expect(figures).toEqual([]);
    expect(html).toContain('keeps 43.9\u00a0%');
  });

  it.each(['{', 'null', '[]', '7', '{"verdict": {}, "curves": []}'])(
    'goes without %j as a summary, and says so',
    async (text) => {
      const { run, remove } = await probeRun(text);
      const { html, problems, summary, images } = await renderProbe(run, { codec });
      await remove();
      expect([problems, summary, images]).toMatchObject([[{ code: 'SUMMARY_NOT_READABLE' }], null, run.done]);
      expect(textOf(html)).toContain('The summary of the probe is missing');
      expect(textOf(html)).toContain('SUMMARY_NOT_READABLE');
    },
  );
});
