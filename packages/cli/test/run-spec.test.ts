import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseHTML } from 'linkedom';
import type { ImageRecord } from '@understory/studies';
import { fakeWorkspace, quarter, type Workspace } from './support/workspace.ts';

jest.setTimeout(60_000);

let workspace: Workspace;
beforeAll(async () => {
  workspace = await fakeWorkspace();
  const { folder, write } = workspace;
  const fakes = ['fake-metrics.mjs', 'fake-attacks.mjs'];
  for (const fake of fakes) await cp(fileURLToPath(new URL(`./support/${fake}`, import.meta.url)), join(folder, fake));
  const plugins = ['./fake-plugin.mjs', ...fakes.map((fake) => `./${fake}`), '@understory/probe-shuffle'];
  await write('understory.config.json', JSON.stringify({ plugins }));
  for (const [place, label] of ['red', 'blue'].entries()) {
    for (const strength of [255, 150]) {
      const colour = [0, 1, 2].map((channel) => (channel === 2 * place ? strength : 0)) as [number, number, number];
      await write(`data/${label}/${strength}.png`, await quarter(colour));
    }
  }
});
afterAll(() => workspace.remove());

const model = ['--model', 'model/tiny.fake.json'];
const explainer = ['--explainer', 'brightness'];

/** A command of each kind, small. */
const commands = {
  explain: ['explain', 'red.png', 'photos', ...model, ...explainer, '--target', 'top2', '--npy', '--seed', '3'],
  evaluate: ['evaluate', 'folder:data', ...model, ...explainer, '--metric', 'mass', '--seed', '3'],
  attack: [
    'attack',
    'push',
    'folder:data',
    ...model,
    ...explainer,
    '--target-class',
    'green',
    '--mask',
    'all,first:0.5',
  ],
  probe: [
    'probe',
    'shuffle',
    'folder:data',
    ...model,
    ...explainer,
    '--grid',
    '2',
    '--permutations',
    '2',
    '--seed',
    '3',
  ],
};

const fileIn = (path: string) => readFile(join(workspace.folder, path), 'utf8');

/** The items of a run by name: the log has them in the order of their completion. */
async function itemsOf(out: string): Promise<readonly unknown[]> {
  const lines = (await fileIn(`${out}/rows.jsonl`)).trim().split('\n');
  const items = lines.map((line) => JSON.parse(line) as { item?: string; rows: readonly unknown[] });
  const named = items.flatMap(({ item, rows }) => (item === undefined ? [] : [{ item, rows }]));
  return named.sort((one, other) => (one.item < other.item ? -1 : 1));
}

async function printed(kind: keyof typeof commands): Promise<string> {
  const { code, stdout, stderr } = await workspace.cli([...commands[kind], '--print-spec']);
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toMatchObject({ version: 1, study: kind, model: 'model/tiny.fake.json' });
  return stdout;
}

/** Runs the spec that a command prints. */
async function runPrinted(kind: keyof typeof commands, out: string): Promise<string> {
  await workspace.write(`${kind}.json`, await printed(kind));
  const { code, stdout, stderr } = await workspace.cli(['run', `${kind}.json`, '--out', out, '--quiet']);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

describe('the spec that a command prints, run', () => {
  it.each(['evaluate', 'attack', 'probe'] as const)('gives the rows and the summary of %s', async (kind) => {
    const command = await workspace.cli([...commands[kind], '--out', `${kind}-command`, '--quiet']);
    expect(command.code).toBe(0);
    const stdout = await runPrinted(kind, `${kind}-run`);
    expect(stdout).toBe(command.stdout.replaceAll(`${kind}-command`, `${kind}-run`));
    const items = await itemsOf(`${kind}-run`);
    expect(items).toEqual(await itemsOf(`${kind}-command`));
    expect(items).toHaveLength(4);
    const record = JSON.parse(await fileIn(`${kind}-run/run.json`)) as { about: { spec: unknown } };
    expect(record.about.spec).toEqual(JSON.parse(await fileIn(`${kind}.json`)));
    const tables = await readdir(join(workspace.folder, `${kind}-command/tables`));
    for (const table of tables) {
      expect(await fileIn(`${kind}-run/tables/${table}`)).toBe(await fileIn(`${kind}-command/tables/${table}`));
    }
  });

  it('gives the images, classes and maps of explain', async () => {
    const { code, stdout } = await workspace.cli([...commands.explain, '--out', 'explain-run', '--json', '--quiet']);
    expect(code).toBe(0);
    const text = await runPrinted('explain', 'explain-run');
    const { images } = JSON.parse(stdout.replaceAll('"explain-run/', '"')) as { images: readonly ImageRecord[] };
    expect(images.map(({ maps }) => maps.length)).toEqual([2, 2, 2]);
    const rows = (await itemsOf('explain-run')).flatMap((item) => (item as { rows: readonly ImageRecord[] }).rows);
    // The command names a picture by its path, a run by its id.
    const nameless = (of: readonly ImageRecord[]) => of.map(({ image: _, ...rest }) => rest);
    expect(nameless(rows)).toHaveLength(3);
    expect(nameless(rows)).toEqual(expect.arrayContaining(nameless(images)));
    expect(text).toContain('brightness');
    expect(text).toMatch(/explain-run holds every row; `understory report explain-run` draws it\.\n$/);
  });
});

describe('a list of studies', () => {
  const kinds = ['explain', 'evaluate', 'attack', 'probe'] as const;
  const folderOf = { explain: 'maps', evaluate: 'faithfulness', attack: 'fooled', probe: 'order' } as const;

  async function listOf(title: string, ...others: readonly object[]): Promise<string> {
    const specs = await Promise.all(kinds.map(async (kind) => JSON.parse(await printed(kind)) as unknown));
    const studies = kinds.map((kind, at) => ({ name: folderOf[kind], spec: specs[at] }));
    return JSON.stringify({ version: 1, title, studies: [...studies, ...others] });
  }

  const pageOf = async (path: string) => parseHTML(await fileIn(path)).document;

  it('is run one after the other, each into a folder of its name, with one report', async () => {
    await workspace.write('list.json', await listOf('Four <kinds> & "more"'));
    const { code, stdout, stderr } = await workspace.cli(['run', 'list.json', '--out', 'all', '--quiet']);
    expect([code, stderr]).toEqual([0, '']);
    const places = kinds.map((kind) => stdout.indexOf(`${folderOf[kind]}\n`));
    expect(places[0]).toBe(0);
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(stdout.endsWith('all/report.html has the main results of all studies.\n')).toBe(true);
    for (const kind of ['evaluate', 'attack', 'probe'] as const) {
      expect(await itemsOf(`all/${folderOf[kind]}`)).toEqual(await itemsOf(`${kind}-command`));
    }

    const html = await fileIn('all/report.html');
    const page = parseHTML(html).document;
    expect(html).toContain('<h1>Four &lt;kinds&gt; &amp; &quot;more&quot;</h1>');
    expect(html).not.toContain('<kinds>');
    expect(page.querySelector('header p')!.textContent).toBe('4 of 4 studies finished.');
    const contents = [...page.querySelectorAll('.contents a')];
    expect(contents.map((link) => [link.textContent, link.getAttribute('href')])).toEqual(
      kinds.map((kind, at) => [folderOf[kind], `#study-${at + 1}`]),
    );
    const sections = [...page.querySelectorAll('section.study')];
    expect(sections.map(({ id }) => id)).toEqual(['study-1', 'study-2', 'study-3', 'study-4']);
    const factsOf = (at: number) => [...sections[at]!.querySelectorAll('dd')].map((each) => each.textContent);
    expect(factsOf(0)).toEqual(['Heat maps', 'tiny.fake', '2 paths', '3', '3']);
    expect(factsOf(1).slice(3)).toEqual(['4', '3']);
    expect(sections[0]!.querySelectorAll('.strip img')).toHaveLength(6);
    // The numbers of a study are those of its own page.
    for (const [at, kind] of kinds.entries()) {
      const href = sections[at]!.querySelector('p:last-of-type a')!.getAttribute('href')!;
      expect(href).toBe(`${folderOf[kind]}/report.html`);
      const own = await pageOf(`all/${href}`);
      const cells = [...sections[at]!.querySelectorAll('tbody tr')].map((row) =>
        row.textContent.replaceAll(/\s+/g, ' '),
      );
      const ownRows = [...own.querySelectorAll('tbody tr')].map((row) => row.textContent.replaceAll(/\s+/g, ' '));
      expect(cells.length).toBeGreaterThan(0);
      expect(ownRows).toEqual(expect.arrayContaining(cells));
      if (kind !== 'explain') expect(sections[at]!.querySelectorAll('figure svg')).toHaveLength(1);
    }
    const finding = sections[2]!.querySelector('.findings li')!.textContent;
    expect((await pageOf('all/fooled/report.html')).querySelector('.findings li')!.textContent).toBe(finding);
    // Nothing is fetched and nothing is run.
    expect(page.querySelectorAll('script, iframe, object, link:not([href="data:,"])')).toHaveLength(0);
    expect([...page.querySelectorAll('img')].every((image) => image.getAttribute('src')!.startsWith('data:'))).toBe(
      true,
    );
    expect(page.querySelector('meta[http-equiv]')!.getAttribute('content')).toContain("default-src 'none'");
    const ids = [...page.querySelectorAll('[id]')].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);

    // The folder alone gives the same page, there and elsewhere.
    await rm(join(workspace.folder, 'all/report.html'));
    const again = await workspace.cli(['report', 'all']);
    expect([again.code, again.stderr]).toEqual([0, '']);
    expect(again.stdout.split('\n')[0]).toBe('all/report.html');
    expect(await fileIn('all/report.html')).toBe(html);
    expect((await workspace.cli(['report', 'all', '--out', 'other.html'])).code).toBe(0);
    expect(await fileIn('other.html')).toBe(html.replaceAll(/href="(\w+)\/report/g, 'href="all/$1/report'));
  });

  it('goes on where it stopped, and says what failed and what has not started', async () => {
    const spec = JSON.parse(await printed('evaluate')) as object;
    const others = [
      { name: 'nowhere', spec: { ...spec, model: 'model/<none>.json' } },
      { name: 'last', spec },
    ];
    await workspace.write('five.json', await listOf('Six', ...others));
    const argv = ['run', 'five.json', '--out', 'five', '--quiet'];
    const stopper = new AbortController();
    const run = workspace.cli(argv, { signal: stopper.signal });
    for (let tries = 0; tries < 2000; tries += 1) {
      if ((await fileIn('five/maps/summary.json').catch(() => '')) !== '') break;
      await new Promise((done) => setTimeout(done, 1));
    }
    stopper.abort();
    const stopped = await run;
    expect([stopped.code, stopped.stderr]).toEqual([2, expect.stringContaining('INTERRUPTED')]);
    const before = await pageOf('five/report.html');
    const standings = [...before.querySelectorAll('.contents .quiet')].map((each) => each.textContent.split(': ')[1]);
    expect([standings[0], standings[4], standings[5]]).toEqual(['finished', 'not started', 'not started']);
    expect(before.querySelector('#study-6 .stopped')!.textContent).toContain('This study has not started');

    const rows = await fileIn('five/maps/rows.jsonl');
    const { code, stdout, stderr } = await workspace.cli([...argv, '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ study: 'nowhere', error: { code: 'MODEL_NOT_FOUND' } });
    const document = JSON.parse(stdout) as { studies: readonly { name: string; result: unknown; error: unknown }[] };
    expect(document).toMatchObject({ title: 'Six', folder: 'five', page: 'five/report.html' });
    expect(document.studies.map(({ name, result }) => [name, result !== null])).toEqual([
      ...kinds.map((kind) => [folderOf[kind], true]),
      ...[
        ['nowhere', false],
        ['last', true],
      ],
    ]);
    expect(document.studies[4]!.error).toMatchObject({ code: 'MODEL_NOT_FOUND' });
    expect(document.studies[5]!.result).toMatchObject({ folder: 'five/last', failed: 0, summary: { images: 4 } });
    expect(await fileIn('five/maps/rows.jsonl')).toBe(rows);
    expect(await itemsOf('five/last')).toEqual(await itemsOf('evaluate-command'));
    const after = await pageOf('five/report.html');
    expect(after.querySelector('header p')!.textContent).toBe('5 of 6 studies finished.');
    expect(after.querySelector('#study-5 .stopped')!.textContent).toContain('model/<none>.json');
    expect(after.querySelectorAll('#study-5 a')).toHaveLength(0);

    // What failed is still known when the page is made again, and the exit code says so.
    const again = await workspace.cli(['report', 'five', '--json']);
    expect([again.code, again.stderr]).toEqual([2, '']);
    const reported = JSON.parse(again.stdout) as { studies: readonly object[] };
    expect(reported.studies[4]).toMatchObject({ name: 'nowhere', error: { code: 'MODEL_NOT_FOUND' } });
    expect(reported.studies[5]).toMatchObject({
      page: 'five/last/report.html',
      images: 4,
      complete: true,
      error: null,
    });
    expect((await pageOf('five/report.html')).body.innerHTML).toBe(after.body.innerHTML);
  });

  it('has a report also where it has one study, and refuses what would overwrite others', async () => {
    const spec = JSON.parse(await printed('probe')) as object;
    await workspace.write('one.json', JSON.stringify({ version: 1, studies: [{ name: 'only', spec }] }));
    expect((await workspace.cli(['run', 'one.json', '--out', 'one', '--quiet'])).code).toBe(0);
    expect((await pageOf('one/report.html')).querySelector('h1')!.textContent).toBe('Studies');
    const within = await workspace.cli(['run', 'one.json', '--out', 'one/only']);
    expect([within.code, within.stderr]).toEqual([2, expect.stringContaining("'one/only'")]);
    await workspace.write('taken.json', JSON.stringify({ version: 1, studies: [{ name: 'Report.html', spec }] }));
    const taken = await workspace.cli(['run', 'taken.json', '--out', 'taken']);
    expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining('one named "report.html"')]);
    const { stdout } = await workspace.cli(['run', 'one.json', '--print-spec']);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, studies: [{ name: 'only', spec: { study: 'probe' } }] });
  });
});
