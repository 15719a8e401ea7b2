import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { folderStore, nodeEnvironment } from '@understory/environment-node';
import { openExplanation, parseStudySpec } from '@understory/studies';
import { decodeImage } from '@understory/imaging/sharp';
import { fakeWorkspace, quarter, type Workspace } from './support/workspace.ts';

jest.setTimeout(60_000);

let workspace: Workspace;
beforeAll(async () => {
  workspace = await fakeWorkspace();
  const labels = { 0: '<b>red</b> & "x"', 1: 'green, grass', 2: 'blue', 3: 'dark' };
  await workspace.write('reds/dim.png', await quarter([150, 0, 0]));
  await workspace.write('reds/low.png', await quarter([200, 0, 0]));
  const provided = { control: { isBaseline: true }, patient: { isSlow: true }, quick: {} };
  await workspace.write('more.mjs', pluginOf('more', provided, maps));
  await workspace.write('waiting.mjs', pluginOf('waiting', { waiting: {} }, wait));
  await workspace.write('model/config.json', JSON.stringify({ id2label: labels }));
});
afterAll(() => workspace.remove());

/** A plugin of explainers in plain JavaScript; `how` is the body of each. */
const pluginOf = (name: string, contributions: Readonly<Record<string, object>>, how: string) => `
const contributions = ${JSON.stringify(contributions)};
const explain = async ({ feeds: { image }, signal }) => { ${how} };
export default {
  ...{ name: 'understory-plugin-${name}', version: '1.0.0', hostApi: '^1.0.0' },
  provides: Object.entries(contributions).map(([id, more]) =>
    ({ kind: 'explainer', id, title: id, description: 'Of a test.', ...more })),
  register: (registry) => {
    for (const id of Object.keys(contributions)) registry.bind({ name: 'explainer' }, id, () => ({ explain }));
  },
};`;
const maps =
  'return Array.from({ length: image.dims[0] }, () => ({ height: 1, width: 2, data: Float32Array.of(0, 1) }));';
/** Waits to be interrupted while a file `hold` lies beside it, on pictures that are not as red as can be. */
const wait = `
  const { existsSync } = await import('node:fs');
  if (image.data[0] === 1 || !existsSync(new URL('./hold', import.meta.url))) { ${maps} }
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));`;
const more = ['--plugin', './more.mjs'];
const model = ['--model', 'model/tiny.fake.json'];
const explain = (...argv: readonly string[]) => workspace.cli(['explain', 'red.png', 'reds', ...model, ...argv]);
const fileIn = (path: string) => readFile(join(workspace.folder, path));
const filesIn = (folder: string) => readdir(join(workspace.folder, folder)).then((names) => names.sort());
const pageIn = async (path: string) => parseHTML(String(await fileIn(path))).document;
const texts = (found: Iterable<{ textContent: string | null }>) =>
  [...found].map(({ textContent }) => textContent?.replace(/\s+/g, ' ').trim());

describe('explain --explainer all', () => {
  it('means every explainer in the order of the plugins; one that does not apply is a note and no failure', async () => {
    const { code, stdout, stderr } = await explain('--explainer', 'all', '--json', '--out', 'all');
    const { images, failures, skipped } = JSON.parse(stdout);
    expect([code, failures]).toEqual([0, []]);
    expect(images[0].maps.map(({ explainer }: { explainer: string }) => explainer)).toEqual([
      'brightness',
      'stubborn',
      'fragile',
    ]);
    expect(skipped).toEqual([
      { explainer: 'refuses', error: expect.objectContaining({ code: 'CAM_NOT_APPLICABLE' }) as unknown },
    ]);
    const note = 'note: refuses does not apply to this model and is left out: This does not apply to the network.';
    expect(stderr.split('\n').filter((line) => line === note)).toHaveLength(1);
  });

  it('puts those that take long after the rest, says so, and baselines last, whatever order plugins have them in', async () => {
    const { code, stdout, stderr } = await explain(...more, '--explainer', 'all', '--json', '--out', 'order');
    const [first] = JSON.parse(stdout).images as { maps: { explainer: string }[] }[];
    expect(code).toBe(0);
    expect(first!.maps.map(({ explainer }) => explainer)).toEqual([
      ...['brightness', 'stubborn', 'fragile', 'quick', 'patient', 'control'],
    ]);
    expect(stderr).toContain('note: patient runs the model many times for each map and comes after the others\n');
    const named = await explain(...more, '--explainer', 'patient', '--out', 'order');
    expect(named.stderr).not.toContain('many times');
  });

  it('fails where an explainer does not apply that is named beside all', async () => {
    const { code, stdout } = await explain('--explainer', 'all,refuses', '--json', '--out', 'named');
    const { failures, skipped } = JSON.parse(stdout);
    expect([code, skipped]).toEqual([2, undefined]);
    expect(failures.map(({ explainer }: { explainer: string }) => explainer)).toContain('refuses');
  });
});

describe('a run of all that is interrupted', () => {
  it('writes the sheet and the page of the maps that are there, and says that they are', async () => {
    await workspace.write('hold', '');
    const interruption = new AbortController();
    const argv = ['explain', 'reds', 'red.png', ...model, ...more, '--plugin', './waiting.mjs', '--sheet', '--html'];
    const ended = workspace.cli([...argv, '--explainer', 'all,waiting', '--out', 'cut'], {
      signal: interruption.signal,
    });
    const isThere = async () => (await filesIn('cut').catch((): string[] => [])).includes('low.control.top1.png');
    while (!(await isThere())) await new Promise((resolve) => setTimeout(resolve, 5));
    interruption.abort();
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(2);
    expect(stdout).toMatch(/\ncut\/sheet\.png\n\ncut\/explanation\.html\n$/);
    expect(stderr).toContain('0 of 3 images done');
    expect(stderr).toContain('Results so far are written; run the command again for the rest.');
    const page = await pageIn('cut/explanation.html');
    const made = ['brightness', 'stubborn', 'fragile', 'quick', 'patient', 'controlbaseline'];
    expect(texts(page.querySelectorAll('.maps li strong'))).toHaveLength(3 * made.length);
    expect(page.querySelectorAll('.maps img')).toHaveLength(3 * made.length);
    expect(page.querySelector('#failed')?.parentElement?.textContent).toContain('INTERRUPTED');
    // The picture and six maps: rows of four cells.
    const sheet = await decodeImage(await fileIn('cut/sheet.png'));
    expect(sheet.width).toBe(2 * 24 + 7 * 224 + 6 * 12);
  });
});

describe('a run folder of all that is interrupted', () => {
  it('has the sheet and the page of every image when the same command has resumed it', async () => {
    const asked = ['--explainer', 'brightness,waiting', '--plugin', './waiting.mjs', '--sheet', '--html'];
    await workspace.write('held.json', (await explain(...asked, '--print-spec')).stdout);
    await workspace.write('hold', '');
    const interruption = new AbortController();
    const argv = ['run', 'held.json', '--out', 'resumed'];
    const ended = workspace.cli(argv, { signal: interruption.signal });
    const isThere = async () =>
      (await filesIn('resumed').catch((): string[] => [])).includes('dim.brightness.top1.png');
    while (!(await isThere())) await new Promise((resolve) => setTimeout(resolve, 5));
    interruption.abort();
    const stopped = await ended;
    expect([stopped.code, await filesIn('resumed')]).toEqual([2, expect.not.arrayContaining(['explanation.html'])]);
    expect(stopped.stderr).toContain('INTERRUPTED');
    await rm(join(workspace.folder, 'hold'));
    expect((await workspace.cli(argv)).code).toBe(0);
    const page = await pageIn('resumed/explanation.html');
    expect(texts(page.querySelectorAll('section.image h2'))).toHaveLength(3);
    expect(page.querySelectorAll('.maps img')).toHaveLength(6);
    expect(page.querySelectorAll('.maps .absent')).toHaveLength(0);
  });
});

describe('explain --sheet --html', () => {
  it('writes both beside the maps and names them', async () => {
    const { code, stdout } = await explain('--explainer', 'all', '--sheet', '--html', '--json', '--out', 'shown');
    expect([code, JSON.parse(stdout).files]).toEqual([0, ['shown/sheet.png', 'shown/explanation.html']]);
    expect(await filesIn('shown')).toEqual(expect.arrayContaining(['explanation.html', 'sheet.png']) as unknown);
    const sheet = await decodeImage(await fileIn('shown/sheet.png'));
    // Rows of four cells of 224: the picture and three maps.
    expect(sheet.width).toBe(2 * 24 + 4 * 224 + 3 * 12);
  });

  it('writes pages when images are too many for one sheet, and leaves none of an earlier, longer run', async () => {
    for (let at = 0; at < 32; at += 1) await workspace.write(`many/${at}.png`, await fileIn('red.png'));
    const sheets = async () => (await filesIn('pages')).filter((name) => name.startsWith('sheet'));
    const many = ['explain', 'many', ...model, '--explainer', 'brightness', '--sheet', '--out', 'pages', '--quiet'];
    expect((await workspace.cli(many)).code).toBe(0);
    // Two cells an image, sixty cells a page.
    expect(await sheets()).toEqual(['sheet-1.png', 'sheet-2.png']);
    expect((await explain('--explainer', 'brightness', '--sheet', '--out', 'pages')).code).toBe(0);
    expect(await sheets()).toEqual(['sheet.png']);
  });

  it('shows on the page what the model says, each map with its caption, and what was left out', async () => {
    await explain('--explainer', 'all', '--target', 'top2', '--html', '--no-overlay', '--out', 'page');
    const page = await pageIn('page/explanation.html');
    expect(texts(page.querySelectorAll('section.image h2'))).toEqual(['red.png', 'reds/dim.png', 'reds/low.png']);
    const first = page.querySelector('section.image')!;
    expect(texts(first.querySelectorAll('h3'))).toEqual([
      'Explained: <b>red</b> & "x", 47.5 % (top1)',
      'Explained: green, grass, 17.5 % (top2)',
    ]);
    expect(texts(first.querySelectorAll('.maps li strong'))).toEqual([
      ...['brightness', 'stubborn', 'fragile'],
      ...['brightness', 'stubborn', 'fragile'],
    ]);
    expect(texts(first.querySelectorAll('.maps li'))[0]).toBe('brightness 2 x 2 at features 0.000 to 1.000');
    expect(texts(page.querySelectorAll('[role=note] li'))).toContain(
      'refuses does not apply to this model and is left out: This does not apply to the network.',
    );
    expect(await filesIn('page')).toEqual(['explanation.html']);
  });

  it('is told where no sheet can be drawn, and the rest is written', async () => {
    const spec = {
      version: 1,
      study: 'explain',
      model: 'model/tiny.fake.json',
      images: { from: ['red.png'] },
      sheet: true,
    };
    const environment = nodeEnvironment({
      cwd: workspace.folder,
      env: {},
      versions: {},
      onConfiguration: () => undefined,
    });
    delete environment.drawSheet;
    const asked = parseStudySpec({ ...spec, explainers: ['brightness'] }, 'a test');
    if (asked.study !== 'explain') throw new Error(asked.study);
    const study = await openExplanation(asked, environment, { store: folderStore(join(workspace.folder, 'bare')) });
    for await (const event of study.explain()) expect(['map', 'image']).toContain(event.kind);
    expect([study.sheets, await filesIn('bare')]).toEqual([[], ['red.brightness.top1.png']]);
    expect(study.notes).toContain('sheets cannot be drawn here, so that there is none');
    await study.close();
  });

  it('writes labels as text and asks for nothing beside the page', async () => {
    await explain('--explainer', 'brightness', '--html', '--out', 'alone');
    const text = String(await fileIn('alone/explanation.html'));
    expect(text).toContain('&lt;b&gt;red&lt;/b&gt;');
    expect(text).not.toContain('<b>red');
    const page = await pageIn('alone/explanation.html');
    expect(page.querySelectorAll('script, iframe, object').length).toBe(0);
    const links = [...page.querySelectorAll('link')].map((each) => each.getAttribute('href')!.slice(0, 5));
    expect(links).toEqual(['data:']);
    const sources = [...page.querySelectorAll('[src]')].map((each) => each.getAttribute('src')!.slice(0, 22));
    expect(new Set(sources)).toEqual(new Set(['data:image/png;base64,']));
    expect(sources).toHaveLength(6);
    expect(text).not.toMatch(/url\(|@import|srcset/);
  });

  it('is what the printed spec gives when it is run', async () => {
    const asked = ['--explainer', 'all', '--sheet', '--html', '--seed', '3'];
    const { stdout } = await explain(...asked, '--print-spec');
    expect(JSON.parse(stdout)).toMatchObject({ explainers: ['all'], sheet: true, html: true });
    await workspace.write('all.json', stdout);
    const { code } = await workspace.cli(['run', 'all.json', '--out', 'run', '--quiet']);
    await explain(...asked, '--out', 'command');
    expect(code).toBe(0);
    const sizes = ['run', 'command'].map(async (out) => decodeImage(await fileIn(`${out}/sheet.png`)));
    const [ran, told] = await Promise.all(sizes);
    expect([ran!.width, ran!.height]).toEqual([told!.width, told!.height]);
    const cellsOf = async (out: string) => {
      const page = await pageIn(`${out}/explanation.html`);
      return [...page.querySelectorAll('.maps li')].map((cell) => [
        cell.textContent,
        cell.querySelector('img')!.getAttribute('src'),
      ]);
    };
    const [cells, others] = [await cellsOf('run'), await cellsOf('command')];
    expect(cells).toHaveLength(9);
    expect(cells.sort()).toEqual(others.sort());
  });
});
