import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { decodeImage } from '@understory/imaging/sharp';
import { fakeWorkspace, quarter, type Workspace } from './support/workspace.ts';

jest.setTimeout(60_000);

let workspace: Workspace;
beforeAll(async () => {
  workspace = await fakeWorkspace();
  const labels = { 0: '<b>red</b> & "x"', 1: 'green, grass', 2: 'blue', 3: 'dark' };
  await workspace.write('reds/dim.png', await quarter([150, 0, 0]));
  await workspace.write('reds/low.png', await quarter([200, 0, 0]));
  await workspace.write('model/config.json', JSON.stringify({ id2label: labels }));
});
afterAll(() => workspace.remove());

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

  it('fails where an explainer does not apply that is named beside all', async () => {
    const { code, stdout } = await explain('--explainer', 'all,refuses', '--json', '--out', 'named');
    const { failures, skipped } = JSON.parse(stdout);
    expect([code, skipped]).toEqual([2, undefined]);
    expect(failures.map(({ explainer }: { explainer: string }) => explainer)).toContain('refuses');
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
