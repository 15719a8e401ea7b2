import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { colourMap } from '@understory/imaging';
import { decodeImage } from '@understory/imaging/sharp';
import { fakeWorkspace, quarter, type Workspace } from './support/workspace.ts';

let workspace: Workspace;
beforeAll(async () => void (workspace = await fakeWorkspace()));
afterAll(() => workspace.remove());

const explain = (...argv: readonly string[]) =>
  workspace.cli(['explain', '--model', 'model/tiny.fake.json', '--explainer', 'brightness', ...argv]);
const explainJson = async (...argv: readonly string[]) => {
  const { code, stdout, stderr } = await explain('--json', ...argv);
  return { code, document: JSON.parse(stdout), stderr };
};
const filesIn = (folder: string) => readdir(join(workspace.folder, folder)).then((names) => names.sort());

const configuration = () => join(workspace.folder, 'understory.config.json');
/** The first line. */
const named = () => `note: the configuration ${configuration()} is used\n`;

describe('explain', () => {
  it('prints classes and files, and writes an overlay and the raw map of each image', async () => {
    const { code, stdout, stderr } = await explain('red.png', 'photos', '--npy', '--out', 'plain');
    expect([code, stderr]).toEqual([0, `${named()}[1/3] red.png\n[2/3] photos/blue.png\n[3/3] photos/green.png\n`]);
    expect(stdout).toContain('47.5 %  green, grass  class 1\n');
    expect(stdout).toContain('plain/green.brightness.top1.png');
    expect(await filesIn('plain')).toEqual(
      ['blue', 'green', 'red'].flatMap((name) => ['npy', 'png'].map((ending) => `${name}.brightness.top1.${ending}`)),
    );
  });

  it('writes raw maps as float32 [H, W] at the resolution of the layer', async () => {
    await explain('red.png', '--npy', '--out', 'raw');
    const npy = await readFile(join(workspace.folder, 'raw/red.brightness.top1.npy'));
    const header = npy.subarray(10, 10 + npy.readUInt16LE(8)).toString('latin1');
    expect(header).toContain("'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)");
    expect([0, 1, 2, 3].map((at) => npy.readFloatLE(npy.length - 16 + 4 * at))).toEqual([1, 0, 0, 0]);
  });

  it('upsamples with half-pixel centres and scales each map from its lowest to its highest value', async () => {
    await explain('red.png', '--out', 'drawn', '--opacity', '1', '--colour-map', 'viridis');
    const drawn = await decodeImage(await readFile(join(workspace.folder, 'drawn/red.brightness.top1.png')));
    const colour = (x: number, y: number) => [...drawn.data.subarray(3 * (8 * y + x), 3 * (8 * y + x) + 3)];
    expect([drawn.width, drawn.height]).toEqual([8, 8]);
    expect([colour(0, 0), colour(7, 7)]).toEqual([
      [253, 231, 37],
      [68, 1, 84],
    ]);
    // Samples lie at 1.5 and 5.5, so that column 3 is three eighths of the way from the bright one to the dark one.
    const level = Math.round(255 * 0.625);
    expect(colour(3, 0)).toEqual([...colourMap('viridis').subarray(3 * level, 3 * level + 3)]);
  });

  it('takes several settings of one explainer in a list of explainers', async () => {
    const listed = 'rise:masks=8,grid=4, brightness,occlusion:window=2, stride=2';
    const { document } = await explainJson('red.png', '--explainer', listed, '--print-spec');
    expect(document.explainers).toEqual(['rise:masks=8,grid=4', 'brightness', 'occlusion:window=2, stride=2']);
  });

  it('names files after the target as it was asked for, and explains a class once that is meant twice', async () => {
    const { document } = await explainJson(
      'red.png',
      '--target',
      'top2,"green, grass",grass,3,red',
      '--out',
      'targets',
    );
    const [{ maps }] = document.images;
    expect(maps.map(({ target, class: { index, label } }: never) => [target, index, label])).toEqual([
      ['top1', 0, 'red'],
      ['top2', 1, 'green, grass'],
      ['green_grass', 1, 'green, grass'],
      ['3', 3, 'dark'],
      ['red', 0, 'red'],
    ]);
    expect(await filesIn('targets')).toEqual(
      ['3', 'green_grass', 'red', 'top1', 'top2'].map((target) => `red.brightness.${target}.png`),
    );
  });

  it('takes a label with commas as one target', async () => {
    const { document } = await explainJson('red.png', '--target', 'green, grass', '--out', 'comma');
    expect(document.images[0].maps.map(({ target }: { target: string }) => target)).toEqual(['green_grass']);
  });

  it('records with every result where it comes from', async () => {
    const { code, document } = await explainJson('red.png', '--npy', '--seed', '7', '--out', 'record');
    expect(code).toBe(0);
    expect(document).toEqual({
      configuration: configuration(),
      model: {
        name: 'tiny.fake',
        path: join(workspace.folder, 'model/tiny.fake.json'),
        sha256: 'fa'.repeat(32),
        backend: 'fake',
        executionProvider: 'paper',
        remarks: [],
      },
      backends: [
        {
          ...{ backend: 'fake', executionProvider: 'paper', sha256: 'fa'.repeat(32), remarks: [] },
          computes: ['predictions', 'explainer brightness'],
        },
      ],
      preprocessing: {
        resize: { kind: 'exact', width: 8, height: 8, filter: 'bilinear' },
        rescale: 1 / 255,
        mean: [0, 0, 0],
        std: [1, 1, 1],
        channels: 3,
        order: 'RGB',
        layout: 'NCHW',
      },
      preprocessingAssumed: false,
      parameters: expect.objectContaining({
        explainers: ['brightness'],
        targets: ['top1'],
        layer: 'auto',
        batch: 8,
        colourMap: 'inferno',
        opacity: 0.5,
        interpolation: 'bilinear',
        normalisation: 'min-max',
      }),
      seed: 7,
      versions: expect.objectContaining({ runtime: 'a test', hostApi: '1.0.0', 'understory-plugin-fake': '1.2.3' }),
      images: [
        {
          image: 'red.png',
          top: [
            { index: 0, label: 'red', probability: expect.closeTo(Math.E / (Math.E + 3), 6), logit: 2 },
            ...['green, grass', 'blue', 'dark'].map((label, at) => ({
              index: at + 1,
              label,
              probability: expect.closeTo(1 / (Math.E + 3), 6),
              logit: 1,
            })),
          ],
          maps: [
            {
              explainer: 'brightness',
              target: 'top1',
              class: { index: 0, label: 'red', probability: expect.any(Number), logit: 2 },
              layer: 'features',
              reading: null,
              size: [2, 2],
              range: [0, 1],
              files: { map: 'record/red.brightness.top1.npy', overlay: 'record/red.brightness.top1.png' },
            },
          ],
        },
      ],
      failures: [],
    });
  });

  it('gives the same maps whatever the batch', async () => {
    const documents = await Promise.all(
      ['1', '2', '8'].map((batch) => explainJson('red.png', 'photos', '--batch', batch, '--out', `batch${batch}`)),
    );
    const [one, ...others] = documents.map(({ document }) =>
      JSON.stringify(document.images).replaceAll(/batch\d/g, ''),
    );
    for (const other of others) expect(other).toBe(one);
  });

  it('keeps images apart that have one name', async () => {
    for (const path of ['a/same.png', 'b/same.png', 'b/same.webp.png'])
      await workspace.write(path, await quarter([9, 9, 9]));
    await explain('a/same.png', 'b', './a/same.png', '--out', 'same');
    expect(await filesIn('same')).toEqual([
      'a_same.brightness.top1.png',
      'b_same.brightness.top1.png',
      'same.webp.brightness.top1.png',
    ]);
  });

  it('expands a pattern that the shell left alone', async () => {
    const { document } = await explainJson('photos/*.png', '--out', 'pattern');
    expect(document.images.map(({ image }: { image: string }) => image)).toEqual([
      'photos/blue.png',
      'photos/green.png',
    ]);
  });

  it('hands a layer on under its tensor name, and tells where an explainer read another', async () => {
    const { document, stderr } = await explainJson(
      ...['red.png', '--layer', 'body.conv', '--explainer', 'brightness,stubborn', '--out', 'layer'],
    );
    expect(document.images[0].maps.map(({ layer }: { layer: string }) => layer)).toEqual(['features', 'image']);
    expect(stderr).toBe(`${named()}note: stubborn cannot read features; it read image\n`);
  });

  it('reports a bad image, goes on with the rest and ends with 2', async () => {
    await workspace.write('mixed/bad.png', 'no picture at all');
    await workspace.write('mixed/good.png', await quarter([255, 0, 0]));
    const { code, document, stderr } = await explainJson('mixed', 'missing.png', '--out', 'mixed-out');
    expect(code).toBe(2);
    expect(document.images.map(({ image }: { image: string }) => image)).toEqual(['mixed/good.png']);
    expect(document.failures.map(({ image, error }: never) => [image, (error as { code: string }).code])).toEqual([
      ['missing.png', 'IMAGE_NOT_FOUND'],
      ['mixed/bad.png', 'NOT_AN_IMAGE'],
    ]);
    const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
    expect(lines.map((line) => JSON.parse(line).error.code)).toEqual(['IMAGE_NOT_FOUND', 'NOT_AN_IMAGE']);
  });

  it('tries images alone where a batch of them fails', async () => {
    await workspace.write('picky/tiny.fake.json', '{ "fails": true }');
    const { code, document } = await explainJson('photos', '--model', 'picky/tiny.fake.json', '--out', 'picky-out');
    expect([code, document.images.length]).toEqual([0, 2]);
  });

  it('loses only the map that cannot be drawn', async () => {
    const { code, document } = await explainJson(
      'red.png',
      'photos/blue.png',
      '--explainer',
      'fragile',
      '--out',
      'fragile',
    );
    expect(code).toBe(2);
    expect(document.images.map(({ maps }: { maps: unknown[] }) => maps.length)).toEqual([1, 0]);
    expect(document.failures).toEqual([
      {
        explainer: 'fragile',
        image: 'photos/blue.png',
        error: expect.objectContaining({ code: 'HEAT_MAP_NOT_FINITE' }),
      },
    ]);
  });

  it('saves no raw map that is not finite either, and tells of a map that is the same everywhere', async () => {
    const broken = await explain(
      'photos/blue.png',
      '--explainer',
      'fragile',
      '--npy',
      '--no-overlay',
      '--out',
      'raw-nan',
    );
    expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining('HEAT_MAP_NOT_FINITE')]);
    expect(await filesIn('raw-nan')).toEqual([]);
    const flat = await explain('photos/blue.png', '--target', '1', '--no-overlay', '--out', 'flat');
    expect([flat.code, flat.stderr]).toEqual([0, expect.stringContaining('a map of 0 everywhere for 1 (class 1)')]);
  });

  it('goes on without an explainer that does not apply, says so once and ends with 2', async () => {
    const { code, stdout, stderr } = await explain(
      'photos',
      '--explainer',
      'refuses,brightness',
      '--batch',
      '1',
      '--quiet',
      '--out',
      'one',
    );
    expect(code).toBe(2);
    expect(stderr.match(/error refuses: This does not apply to the network\./g)).toHaveLength(1);
    expect(stdout.match(/one\/(blue|green)\.brightness\.top1\.png/g)).toHaveLength(2);
  });

  it('ends where no explainer applies', async () => {
    const { code, document } = await explainJson('photos', '--explainer', 'refuses', '--out', 'none');
    expect([code, document.images]).toEqual([2, []]);
    expect(document.failures).toEqual([
      { explainer: 'refuses', error: expect.objectContaining({ code: 'CAM_NOT_APPLICABLE' }) },
    ]);
  });

  it('feeds a bare file as its options say, and says what it assumed without them', async () => {
    await workspace.write('bare/tiny.fake.json', '{ "remarks": ["made of paper"] }');
    const bare = ['red.png', '--model', 'bare/tiny.fake.json', '--out', 'bare-out'];
    const assumed = await explainJson(...bare);
    expect(assumed.document.preprocessing).toMatchObject({
      resize: { kind: 'shorterSide', length: 8 },
      crop: { width: 8, height: 8 },
      mean: [0.485, 0.456, 0.406],
    });
    expect(assumed.document.preprocessingAssumed).toBe(true);
    expect(assumed.stderr).toMatch(
      /^note: the configuration .* is used\nnote: made of paper\nnote: nothing says how pixels are scaled .*--mean and --std/,
    );
    expect(assumed.document.images[0].top[0].label).toBeNull();

    await workspace.write('labels.txt', Buffer.from('\uFEFFeins\r\nzwei\r\ndrei\r\nvier\r\n\r\n', 'utf16le'));
    const told = await explainJson(
      ...[...bare, '--mean', '0,0,0', '--std', '1,1,1', '--resize', '8x8', '--crop', 'none', '--filter', 'box'],
      ...['--channel-order', 'BGR', '--input-range', '0..255', '--labels', 'labels.txt'],
    );
    expect(told.document).toMatchObject({
      preprocessingAssumed: false,
      preprocessing: { resize: { kind: 'exact', width: 8, filter: 'box' }, rescale: 1, order: 'BGR' },
    });
    expect(told.document.preprocessing.crop).toBeUndefined();
    expect(told.document.images[0].top[0]).toMatchObject({ index: 2, label: 'drei', logit: 256 });
  });

  it('letterboxes where flags say so', async () => {
    await workspace.write('bare/tiny.fake.json', '{}');
    const bare = ['red.png', '--model', 'bare/tiny.fake.json', '--explainer', 'brightness', '--size', '8'];
    const { document } = await explainJson(
      ...[...bare, '--fit', 'letterbox', '--pad', 'multiple:4', '--pad-position', 'topLeft', '--pad-fill', 'zero'],
      ...['--multiple', '2:up', '--out', 'letterboxed'],
    );
    expect(document.preprocessing).toMatchObject({
      resize: {
        ...{ kind: 'fit', width: 8, height: 8, rounding: 'halfEven', filter: 'opencvLinear' },
        multiple: { of: 2, rounding: 'up' },
      },
      pad: { to: { multipleOf: 4 }, position: 'topLeft', fill: { value: 0 } },
    });
    const capped = await explainJson(...bare, '--resize', '8', '--longest', '16', '--pad', '8', '--out', 'capped');
    expect(capped.document.preprocessing).toMatchObject({
      resize: { kind: 'shorterSide', length: 8, longest: 16 },
      pad: { to: { width: 8, height: 8 }, position: 'center', fill: { level: 114 } },
    });
    for (const wrong of [
      ['--pad', 'multiple:0'],
      ['--pad-fill', '256'],
      ['--multiple', '32:out'],
      ['--longest', '0'],
    ]) {
      expect((await workspace.cli(['explain', ...bare, ...wrong])).code).toBe(2);
    }
  });

  it('feeds grey pictures to a network of one channel', async () => {
    await workspace.write('grey/tiny.fake.json', '{ "channels": 1 }');
    const { document } = await explainJson(
      'red.png',
      '--model',
      'grey/tiny.fake.json',
      '--size',
      '8',
      '--out',
      'grey-out',
    );
    expect(document.preprocessing).toMatchObject({ channels: 1, mean: [0], std: [1] });
  });

  it('stops when it is interrupted, keeps what is done and leaves nothing half-written', async () => {
    const interruption = new AbortController();
    interruption.abort();
    const { code, stderr } = await workspace.cli(
      ['explain', 'photos', '--model', 'model/tiny.fake.json', '--explainer', 'brightness', '--out', 'stopped'],
      { signal: interruption.signal },
    );
    expect([code, await filesIn('stopped')]).toEqual([2, []]);
    expect(stderr).toContain('0 of 2 images done');
  });

  it('writes each map as it is made, and when interrupted tells of those of an image that lacks others', async () => {
    await workspace.write(
      'waiting.mjs',
      `const explain = ({ signal }) =>
         new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
       export default {
         ...{ name: 'understory-plugin-waiting', version: '1.0.0', hostApi: '^1.0.0' },
         provides: [{ kind: 'explainer', id: 'waiting', title: 'Waiting', description: 'Waits to be interrupted.' }],
         register: (registry) => registry.bind({ name: 'explainer' }, 'waiting', () => ({ explain })),
       };`,
    );
    const interruption = new AbortController();
    const argv = ['explain', 'red.png', '--model', 'model/tiny.fake.json', '--explainer', 'brightness,waiting'];
    const ended = workspace.cli([...argv, '--plugin', './waiting.mjs', '--out', 'partly'], {
      signal: interruption.signal,
    });
    const isThere = async () => (await filesIn('partly').catch((): string[] => [])).includes('red.brightness.top1.png');
    while (!(await isThere())) await new Promise((resolve) => setTimeout(resolve, 5));
    interruption.abort();
    const { code, stdout, stderr } = await ended;
    expect([code, await filesIn('partly')]).toEqual([2, ['red.brightness.top1.png']]);
    expect(stdout).toContain('partly/red.brightness.top1.png\n');
    expect(stderr).toContain('0 of 1 images done');
  });

  it('shows colours and a bar on a terminal alone, and never where NO_COLOR is set', async () => {
    const argv = [
      'explain',
      'photos',
      '--model',
      'model/tiny.fake.json',
      '--explainer',
      'brightness',
      '--out',
      'colours',
    ];
    const escape = String.fromCharCode(27);
    const [plain, coloured, refused] = [
      await workspace.cli(argv),
      await workspace.cli(argv, { terminal: true, env: { TERM: 'xterm' } }),
      await workspace.cli([...argv, '--quiet'], { terminal: true, env: { NO_COLOR: '1' } }),
    ];
    expect(plain.stdout + plain.stderr).not.toContain(escape);
    expect(coloured.stdout).toContain(`${escape}[36mbrightness${escape}[39m`);
    expect(coloured.stderr).toContain('2/2');
    expect(refused.stdout + refused.stderr).not.toContain(escape);
    expect(refused.stdout).toBe(plain.stdout);
  });
});
