import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseHTML } from 'linkedom';
import { openDataset } from '@understory/datasets';
import { emptyWorkspace, fakeWorkspace, quarter, repository, type Workspace } from './support/workspace.ts';

jest.setTimeout(180_000);

const model = { kind: 'model', original: 'the network of the paper', standIn: 'model/tiny.fake.json' };
const images = { kind: 'data', original: 'the images of the paper', standIn: './beside', about: 'four drawings' };
const probe = { version: 1, study: 'probe', probe: 'shuffle:grid=2,permutations=2', model: '$net', explainer: null };
const changed = { kind: 'estimate', measure: 'same-top1', condition: 'grid=2' };

/** A probe and a heat map over images that lie beside the file, with two claims of a paper that there is none of. */
const list = {
  version: 1,
  title: 'Claims & <more>',
  publication: 'N. N., A paper <nobody> wrote',
  roles: { net: model, pets: images },
  studies: [
    {
      ...{ name: 'order', title: 'The order', place: 'section 5', original: 'shows that it does not matter.' },
      spec: { ...probe, images: { from: ['$pets'] } },
      quick: { images: { limit: 2 } },
    },
    {
      name: 'maps',
      spec: {
        version: 1,
        study: 'explain',
        model: '$net',
        images: { from: ['$pets'] },
        explainers: ['brightness'],
        npy: true,
      },
    },
  ],
  claims: [
    {
      id: 'kept',
      place: 'section 5',
      claim: 'Images keep their class.',
      tests: [{ study: 'order', what: 'images that keep it', statistic: changed, expected: { above: 0.2 } }],
    },
    { id: 'seen', place: 'section 6', claim: 'People see it.', why: 'By eye.' },
  ],
  numbers: [
    {
      place: 'section 5',
      what: 'images that keep their class',
      value: 0.771,
      printed: '77.1%',
      unit: 'share',
      study: 'order',
      statistic: changed,
    },
  ],
  notRepeated: [{ place: 'Figure 7', what: 'A drawing.', why: 'It has no result.' }],
};

let workspace: Workspace;
beforeAll(async () => {
  workspace = await fakeWorkspace();
  const { folder, write } = workspace;
  await cp(fileURLToPath(new URL('./support/fake-metrics.mjs', import.meta.url)), join(folder, 'fake-metrics.mjs'));
  await write(
    'understory.config.json',
    JSON.stringify({ plugins: ['./fake-plugin.mjs', '@understory/probe-shuffle'] }),
  );
  for (const [at, strength] of [255, 230, 200, 170, 140, 110, 90, 60].entries()) {
    const colour = [0, 1, 2].map((channel) => (channel === at % 3 ? strength : 0)) as [number, number, number];
    await write(`lists/beside/${strength}.png`, await quarter(colour));
  }
  await write('lists/claims.json', JSON.stringify(list));
});
afterAll(() => workspace.remove());

const fileIn = (path: string) => readFile(join(workspace.folder, path), 'utf8');
const pageOf = async (path: string) => parseHTML(await fileIn(path)).document;
const standIns = [
  'tiny.fake.json stands in for the network of the paper.',
  'beside (four drawings) stands in for the images of the paper.',
];

describe('a list with roles and claims', () => {
  it('is run with its stand-ins, which every page names, and decides its claims', async () => {
    const argv = ['run', 'lists/claims.json', '--out', 'all', '--quiet'];
    const { code, stdout, stderr } = await workspace.cli(argv);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/Of 2 lines on 2 claims: \d holds?, \d do(es)? not, [12] cannot be told\.\n/);
    const page = await pageOf('all/report.html');
    const notice = (of: typeof page, within = 'header') =>
      [...of.querySelectorAll(`${within} .notice p`)].map(({ textContent }) => textContent);
    expect(notice(page)).toEqual([expect.stringContaining('This is not the paper’s own set-up. All of its networks')]);
    expect(notice(page, '#study-1')).toEqual(standIns);
    for (const name of ['order', 'maps']) expect(notice(await pageOf(`all/${name}/report.html`))).toEqual(standIns);

    expect(page.querySelector('#study-1 h2')!.textContent).toBe('The order');
    expect(page.querySelector('#study-1 .original')!.textContent).toBe(
      'The paper, section 5: shows that it does not matter.',
    );
    const summary = JSON.parse(await fileIn('all/order/summary.json')) as {
      estimates: readonly { measure: string; n: number; estimate: number; interval: readonly [number, number] }[];
    };
    const { estimate, interval, n } = summary.estimates.find(({ measure }) => measure === 'same-top1')!;
    expect(n).toBe(8);
    const verdict = interval[0] > 0.2 ? 'Holds' : interval[1] < 0.2 ? 'Does not hold' : 'Cannot be told';
    const line = page.querySelector('#claim-kept li')!.textContent.replaceAll(/\s+/g, ' ').trim();
    expect(
      line.startsWith(
        `${verdict} on tiny.fake, beside: images that keep it: ${(100 * estimate).toFixed(1)} % (n 8, 95 %`,
      ),
    ).toBe(true);
    expect(line.endsWith('the claim holds above 20.0 % (study order).')).toBe(true);
    expect(page.querySelector('#claim-kept a')!.getAttribute('href')).toBe('#study-1');
    expect(page.querySelector('#claim-seen')!.textContent).toMatch(
      /Cannot be told: no study here decides it\.\s+By eye\./,
    );
    const cells = [...page.querySelectorAll('#numbers tbody td')].map((cell) =>
      cell.textContent.replaceAll(/\s+/g, ' ').trim(),
    );
    expect(cells.slice(0, 2)).toEqual([
      '77.1% section 5',
      expect.stringMatching(new RegExp(`^${(100 * estimate).toFixed(1)}.* n 8$`)),
    ]);
    expect(page.querySelectorAll('#numbers .paper')).toHaveLength(1);
    expect([...page.querySelectorAll('#materials tbody th')].map((cell) => cell.textContent.trim())).toEqual([
      model.original,
      images.original,
    ]);
    expect(page.querySelector('#materials')!.textContent).not.toContain(workspace.folder);
    const here = page.querySelector('#study-1 .here li')!.textContent.replaceAll(/\s+/g, ' ').trim();
    expect(here).toMatch(
      new RegExp(`^${verdict}: Images keep their class\\. Images that keep it: .*n 8, 95 %.*\\)\\.$`),
    );
    expect(page.querySelectorAll('#study-2 .here')).toHaveLength(0);
    const omitted = page.querySelector('#not-repeated li')!.textContent.replaceAll(/\s+/g, ' ').trim();
    expect(omitted).toBe('Figure 7: A drawing. It has no result.');
    expect(await fileIn('all/figures/beside-the-paper.svg')).toContain('77.1\u00a0% in the paper');

    // The folder alone has all of it.
    const html = await fileIn('all/report.html');
    const again = await workspace.cli(['report', 'all', '--json']);
    expect([again.code, again.stderr]).toEqual([0, '']);
    expect(JSON.parse(again.stdout)).toMatchObject({
      claims: [
        { id: 'kept', tests: [{ study: 'order', measured: { n: 8 } }] },
        { id: 'seen', tests: [] },
      ],
    });
    expect(await fileIn('all/report.html')).toBe(html);
  });

  it('is run with what is given in their place, and says nothing of stand-ins where there is none', async () => {
    const given = ['--model', 'net=model/tiny.fake.json', '--data', 'pets=lists/beside'];
    const { code, stdout, stderr } = await workspace.cli([
      'run',
      'lists/claims.json',
      '--out',
      'given',
      '--quiet',
      '--quick',
      '--json',
      ...given,
    ]);
    expect([code, stderr]).toEqual([0, '']);
    const document = JSON.parse(stdout) as {
      claims: readonly object[];
      studies: readonly { result: { summary: object } }[];
    };
    expect(document.studies[0]!.result.summary).toMatchObject({ images: 2 });
    expect(document.claims[0]).toMatchObject({ tests: [{ verdict: 'untold', measured: { n: 2 } }] });
    const page = await pageOf('given/report.html');
    expect(page.querySelectorAll('.notice')).toHaveLength(0);
    expect(page.querySelectorAll('#materials .stand-in')).toHaveLength(0);
  });

  it('is shared by several processes, and not concluded before all are done', async () => {
    const argv = ['run', 'lists/claims.json', '--out', 'shards', '--quiet'];
    const first = await workspace.cli([...argv, '--shard', '1/2']);
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toMatch(/give the command without --shard for the report\.\n$/);
    expect((await workspace.cli(['report', 'shards'])).code).toBe(0);
    const line = (await pageOf('shards/report.html')).querySelector('#claim-kept li')!;
    expect(line.textContent).toContain('the study is not finished');
    expect((await workspace.cli([...argv, '--shard', '2/2'])).code).toBe(0);
    const last = await workspace.cli(argv);
    expect([last.code, last.stderr]).toEqual([0, '']);
    const summaryOf = async (folder: string) => JSON.parse(await fileIn(`${folder}/order/summary.json`)) as unknown;
    expect(await summaryOf('shards')).toEqual(await summaryOf('all'));
  });

  it('says of a claim whose study failed that it cannot be told, and names roles that there are none of', async () => {
    const failing = await workspace.cli([
      'run',
      'lists/claims.json',
      '--out',
      'failing',
      '--quiet',
      '--model',
      'net=none.fake.json',
    ]);
    expect(failing.code).toBe(2);
    const line = (await pageOf('failing/report.html')).querySelector('#claim-kept li')!;
    expect([line.className, line.textContent.replaceAll(/\s+/g, ' ')]).toEqual([
      'untold',
      expect.stringContaining('the study failed'),
    ]);
    const unknown = await workspace.cli(['run', 'lists/claims.json', '--out', 'x', '--data', 'pet=y']);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringMatching(/ROLE_UNKNOWN/)]);
    expect(unknown.stderr).toContain('Did you mean "pets"?');
    const wrong = await workspace.cli(['run', 'lists/claims.json', '--out', 'x', '--data', 'pets']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('such as resnet50=path/to/model')]);
  });
});

interface PrintedFile {
  readonly materials: readonly { readonly role: string; readonly used: string; readonly isStandIn: boolean }[];
  readonly studies: readonly {
    readonly name: string;
    readonly title: string;
    readonly place: string;
    readonly spec: {
      readonly model: string;
      readonly images: { readonly from: unknown; readonly ids?: readonly string[] };
      readonly notes?: readonly string[];
    };
  }[];
  readonly claims: readonly {
    readonly id: string;
    readonly tests: readonly { readonly study: string; readonly what?: string }[];
    readonly why?: string;
  }[];
  readonly notRepeated: readonly { readonly place: string }[];
  readonly numbers: readonly {
    readonly what: string;
    readonly value: number;
    readonly printed: string;
    readonly unit: string;
  }[];
}

describe('study paper', () => {
  const printed = async (...argv: readonly string[]) => {
    const { code, stdout, stderr } = await workspace.cli(['study', 'paper', '--print-spec', ...argv]);
    expect([code, stderr]).toEqual([0, '']);
    return JSON.parse(stdout) as PrintedFile;
  };

  it('is a study file: every study says what stands in for what, and every claim has a test or a reason', async () => {
    const { studies, claims, numbers, materials } = await printed();
    expect(materials.every(({ isStandIn }) => isStandIn)).toBe(true);
    for (const { spec } of studies) expect(spec.notes!.length).toBeGreaterThan(0);
    for (const { tests, why } of claims) expect(tests.length > 0 || why !== undefined).toBe(true);
    expect(claims.flatMap(({ tests }) => tests).filter(({ what }) => what === undefined)).toEqual([]);
    expect(new Set(claims.map(({ id }) => id)).size).toBe(claims.length);
    expect(new Set(studies.map(({ title }) => title)).size).toBe(studies.length);
    for (const { value, printed: text, unit } of numbers) {
      const read = Number(text.replace(/[%+]/g, ''));
      expect(unit === 'share' ? read / 100 : read).toBeCloseTo(value, 10);
    }
  });

  it('repeats each figure and table of the paper, or says why not', async () => {
    const { studies, notRepeated } = await printed();
    const places = [...studies, ...notRepeated].map(({ place }) => place).join('; ');
    const figures = Array.from({ length: 11 }, (_, at) => at + 1);
    const isNamed = (figure: number) => new RegExp(`Figures? (\\d+( and|,) )*${figure}\\b`).test(places);
    expect(figures.filter((figure) => !isNamed(figure))).toEqual([]);
    expect(places).toContain('Table 1');
  });

  it('attacks and shuffles scenes of which the network names a fruit that is there', async () => {
    const { studies } = await printed();
    const { images } = studies.find(({ name }) => name === 'shuffle')!.spec;
    expect(studies.find(({ name }) => name === 'table-1')!.spec.images.ids).toEqual(images.ids);
    const real = await emptyWorkspace();
    const explain = { version: 1, study: 'explain', model: 'efficientnet-lite0', images, explainers: ['centre'] };
    await real.write('scenes.json', JSON.stringify({ ...explain, overlay: false }));
    const { code, stdout, stderr } = await real.cli(['run', 'scenes.json', '--out', 'scenes', '--json', '--quiet']);
    await real.remove();
    expect([code, stderr]).toEqual([0, '']);
    const found = (JSON.parse(stdout) as { images: { image: string; top: { label: string }[] }[] }).images;
    const said = new Map(found.map(({ image, top }) => [image.replace('_', '/'), top[0]!.label]));
    const kinds: Record<string, RegExp> = {
      ...{ 'Granny Smith': /(?<!pine)apple/, banana: /banana/, strawberry: /strawberry/ },
    };
    const named: string[] = [];
    for await (const { id, captionTests = [] } of (await openDataset(images.from as string)).items()) {
      const kind = kinds[said.get(id) ?? ''];
      if (kind !== undefined && captionTests.some(({ captions }) => captions.some((text) => kind.test(text)))) {
        named.push(id);
      }
    }
    expect(named).toEqual(images.ids);
  });

  it('takes the models and data that its page and its help name', async () => {
    const { roles } = JSON.parse(await readFile(join(repository, 'packages/cli/studies/paper.json'), 'utf8')) as {
      roles: Record<string, { kind: 'model' | 'data' }>;
    };
    const page = await readFile(join(repository, 'docs/how-to/paper.md'), 'utf8');
    const { stdout: help } = await workspace.cli(['study', '--help']);
    const asked = Object.entries(roles).filter(([role]) => role !== 'photographs');
    expect(Array.from(page.matchAll(/^\| `([\w-]+)` /gm), ([, role]) => role)).toEqual(asked.map(([role]) => role));
    for (const [role, { kind }] of asked) expect(help).toContain(`--${kind} ${role}=`);
  });

  it('has the paper’s own set-up where everything is given', async () => {
    const { studies, materials } = await printed(
      ...['--model', 'cifar=c.onnx', '--model', 'resnet50=r.onnx', '--model', 'clip=clip', '--model', 'mdetr=mdetr'],
      ...['--data', 'cifar10=c10', '--data', 'pets=p', '--data', 'imagenet-samples=s', '--data', 'apples=a.jpg'],
      ...['--data', 'captions=whatsup:w', '--data', 'questions=gqa:g', '--data', 'fruit=f.jpg', '--data', 'desk=d.jpg'],
    );
    expect(materials.filter(({ isStandIn }) => isStandIn)).toEqual([]);
    expect(studies.filter(({ spec }) => spec.notes !== undefined)).toEqual([]);
    const spec = (name: string) => studies.find((study) => study.name === name)!.spec;
    expect(spec('deletion')).toMatchObject({
      model: 'c.onnx',
      images: { from: 'cifar10:c10', limit: 100 },
      preset: 'paper',
    });
    expect(spec('shuffle').images).toEqual({ from: 'oxford-pets:p' });
    expect(spec('table-1')).toMatchObject({
      model: 'r.onnx',
      targetClass: '42',
      targetImage: 's',
      images: { limit: 100 },
    });
    // The size of a network is its own, whatever stands in for it.
    for (const { spec } of studies) expect(spec).not.toHaveProperty('preprocessing');
    expect(spec('figure-9')).toMatchObject({
      preset: 'paper',
      captions: ['the apple is on the left', 'the banana is on the left'],
    });
    expect(spec('figure-11')).toMatchObject({ images: { from: ['d.jpg'] }, question: 'What is on the table?' });
    expect(spec('figure-5')).toMatchObject({ preset: 'paper', captions: expect.arrayContaining(['the left apple']) });
    await rm(join(workspace.folder, 'runs'), { recursive: true, force: true });
  });
});
