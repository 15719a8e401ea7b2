import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createConnection } from 'node:net';
import { networkInterfaces } from 'node:os';
import { readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeEnvironment } from '@understory/environment-node';
import { memoryStore } from '@understory/experiments';
import { decodeNpy, rgbImage } from '@understory/imaging';
import { encodePng } from '@understory/imaging/sharp';
import { openExplanation, parseStudySpec } from '@understory/studies';
import { pack, unpack, type EngineProgress, type ExplanationInput } from '../src/index.ts';
import { serve, type Served } from './support/served.ts';

let served: Served;
beforeAll(async () => (served = await serve()));
afterAll(async () => {
  await served.server.close();
  await served.remove();
});

const model = 'cifar10-resnet';
const cat = 'served/photos/cat/chelsea.png';
const spec: ExplanationInput = { version: 1, study: 'explain', model, images: { from: [cat] } };

const call = (headers: Record<string, string> = {}) => ({
  ...{ method: 'POST', path: '/api/readPicture', body: pack({ path: cat }) },
  headers: {
    authorization: `Bearer ${served.token}`,
    'content-type': 'application/octet-stream',
    host: `127.0.0.1:${served.server.port}`,
    ...headers,
  },
});
const kindOf = (body: Uint8Array) => (unpack(body.subarray(4)) as { kind: string }).kind;
const refused = expect.objectContaining({ code: 'PATH_NOT_SERVED' });

describe('the flow of a served page', () => {
  it('gives the page with its headers, and says that it is served', async () => {
    const { status, headers, body } = await served.ask({ path: '/?token=any' });
    expect(status).toBe(200);
    expect(String(body)).toContain('<meta name="understory-engine" content="served" />');
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self';");
    expect(headers).toMatchObject({
      ...{ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' },
      'cross-origin-resource-policy': 'same-origin',
    });
    expect((await served.ask({ path: '/main.js' })).headers['content-type']).toBe('text/javascript; charset=utf-8');
  });

  it('lists bundled models, samples, and what it was started with', async () => {
    const { kind, models, samples, served: own } = await served.engine.about();
    expect(kind).toBe('served');
    expect(models.map(({ name }) => name)).toContain(model);
    expect(samples).toEqual(['sample.png']);
    expect(own).toEqual({ models: ['served/resnet'], pictures: [cat] });
  });

  it('explains the cat as the command does', async () => {
    expect((await served.engine.openModel({ model: 'served/resnet' })).recognised?.task).toBe('image-classification');
    const told: string[] = [];
    const { maps, failures } = await served.engine.explain(
      { spec },
      { onMap: ({ explainer }) => told.push(explainer) },
    );
    expect([failures, told]).toEqual([[], ['gradcam']]);
    const store = memoryStore();
    const asked = parseStudySpec({ ...spec, npy: true });
    const environment = nodeEnvironment({ cwd: served.folder });
    const study = await openExplanation(asked as Extract<typeof asked, { study: 'explain' }>, environment, { store });
    for await (const event of study.explain()) if ('error' in event) throw event.error;
    await study.close();
    const { data } = decodeNpy((await store.read('chelsea.gradcam.top1.npy'))!);
    expect(maps[0]!.data).toHaveLength(data.length);
    data.forEach((value, at) => expect(Math.abs(maps[0]!.data[at]! - value)).toBeLessThan(1e-6));
    expect(Math.max(...data)).toBeGreaterThan(0);
  });

  it('opens what is dropped into it, and a sample', async () => {
    const bytes = new Uint8Array(await readFile(join(served.folder, cat)));
    const added = await served.engine.addFiles({ files: [{ path: 'mine/dropped.png', bytes }] });
    expect(added).toEqual({ pictures: ['mine/dropped.png'], models: [], others: [] });
    for (const path of ['mine/dropped.png', 'sample.png'])
      expect(await served.engine.readPicture({ path })).toMatchObject({ width: 451, height: 300 });
    const own = new Uint8Array(await readFile(join(served.folder, 'served/resnet/onnx/model.onnx')));
    const models = await served.engine.addFiles({ files: [{ path: 'efficientnet-lite0/model.onnx', bytes: own }] });
    expect(models.models).toEqual(['efficientnet-lite0']);
    const { inputs } = await served.engine.openModel({ model: 'efficientnet-lite0' });
    expect(inputs[0]?.dims?.slice(1)).toEqual([3, 32, 32]);
    const png = await encodePng(rgbImage(new Uint8Array(3 * 6), 3, 2));
    await served.engine.addFiles({ files: [{ path: 'mine/dropped.png', bytes: png }] });
    expect(await served.engine.readPicture({ path: 'mine/dropped.png' })).toMatchObject({ width: 3, height: 2 });
  });
});

describe('a request that is not from the page', () => {
  it('is refused without the token, and with another', async () => {
    expect(kindOf((await served.ask(call())).body)).toBe('result');
    for (const authorization of ['', 'Bearer ', `Bearer ${'A'.repeat(43)}`, `Basic ${served.token}`]) {
      const { status, body } = await served.ask(call({ authorization }));
      expect([status, kindOf(body)]).toEqual([401, 'error']);
    }
    const { status } = await served.ask({
      ...call({ authorization: '' }),
      path: `/api/readPicture?token=${served.token}`,
    });
    expect(status).toBe(401);
  });

  it('is refused for another host, as names that are bound to this address would have it', async () => {
    const { port } = served.server;
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      `127.0.0.1:${port + 1}`,
      `127.0.0.1.evil.example:${port}`,
    ]) {
      expect((await served.ask(call({ host }))).status).toBe(403);
      expect((await served.ask({ path: '/', headers: { host } })).status).toBe(403);
    }
    expect((await served.ask(call({ host: `localhost:${port}` }))).status).toBe(200);
  });

  it('is refused from another origin', async () => {
    const { port } = served.server;
    for (const origin of [
      'http://evil.example',
      'null',
      `https://127.0.0.1:${port}`,
      `http://127.0.0.1:${port + 1}`,
      `http://localhost:${port}`,
    ]) {
      expect((await served.ask(call({ origin }))).status).toBe(403);
      expect((await served.ask({ path: '/', headers: { origin } })).status).toBe(403);
    }
    expect((await served.ask(call({ origin: `http://127.0.0.1:${port}` }))).status).toBe(200);
  });

  it('is refused of another type and method, and of no method of the engine', async () => {
    expect((await served.ask(call({ 'content-type': 'text/plain' }))).status).toBe(415);
    expect((await served.ask({ ...call(), method: 'PUT' })).status).toBe(405);
    expect((await served.ask({ ...call(), method: 'OPTIONS' })).status).toBe(405);
    for (const path of ['/api/close', '/api/constructor', '/api/runs/constructor', '/api/runs/close'])
      expect(unpack((await served.ask({ ...call(), path })).body.subarray(4))).toMatchObject({
        error: { code: 'METHOD_UNKNOWN' },
      });
  });

  it('is refused where it is too large, before it is read', async () => {
    const { status, body } = await served.ask(call({ 'content-length': String(2 ** 26 + 1) }));
    expect(status).toBe(413);
    expect(unpack(body.subarray(4))).toMatchObject({ error: { code: 'REQUEST_TOO_LARGE' } });
  });

  it('gets the token for a ticket once', async () => {
    const { pathname, search } = new URL(served.server.ticket());
    const path = `${pathname}${search}`;
    expect((await served.ask({ path: '/open?ticket=' })).status).toBe(403);
    const { status, headers } = await served.ask({ path });
    expect([status, headers.location]).toEqual([303, `/?token=${served.token}`]);
    expect((await served.ask({ path })).status).toBe(403);
  });

  it('cannot come over another interface', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ address, scopeid = 0 }) => address !== '127.0.0.1' && scopeid === 0)
      .map(({ address }) => address);
    for (const host of [...others, '127.0.0.2', '::1']) {
      const outcome = await new Promise((resolve) => {
        const socket = createConnection({ host, port: served.server.port });
        socket.on('connect', () => (socket.destroy(), resolve('connected')));
        socket.on('error', () => resolve('refused'));
      });
      expect([host, outcome]).toEqual([host, 'refused']);
    }
  });
});

describe('a path out of what is served', () => {
  it('is not found among the files of the page', async () => {
    for (const path of [
      '/../secret/own.png',
      '/%2e%2e/secret/own.png',
      '/..%2fsecret%2fown.png',
      '/....//secret',
      '//etc/passwd',
      '/samples/../../secret/own.png',
      '/%00',
      '/api',
      '/samples',
    ])
      expect([path, (await served.ask({ path })).status]).toEqual([path, 404]);
    expect((await served.ask({ path: 'http://127.0.0.1/main.js' })).status).toBe(403);
  });

  it('is refused as a picture, a model, labels, a table, a vocabulary and a data set', async () => {
    const { engine, folder } = served;
    const outside = [
      ...['secret/own.png', '../secret/own.png', 'served/../secret/own.png', join(folder, 'secret/own.png')],
      ...[`file://${folder}/secret/own.png`, 'served/link.png', 'served/links/own.png', 'served/%2e%2e/secret/own.png'],
      ...['secret/*.png', 'served/{../secret,photos}/*.png', '/etc/passwd', 'served/photos/cat/chelsea.png\0.png', ''],
    ];
    for (const path of outside) {
      await expect(engine.readPicture({ path })).rejects.toEqual(refused);
      await expect(engine.openModel({ model: path === '' ? ' ' : path })).rejects.toEqual(refused);
    }
    await expect(engine.openModel({ model, labels: 'secret/labels.txt' })).rejects.toEqual(refused);
    await expect(engine.openModel({ model, vocabulary: ['secret/labels.txt'] })).rejects.toEqual(refused);
    for (const from of [
      'secret',
      'folder:secret',
      'folder:served/../secret',
      'parquet:/etc',
      'orchard:photographs=secret',
      'folder:served',
      'served',
    ])
      await expect(engine.study({ spec: { version: 1, study: 'evaluate', model, images: { from } } })).rejects.toEqual(
        refused,
      );
  });

  it('is refused for programs', async () => {
    await writeFile(join(served.folder, 'served/evil.mjs'), 'process.exit(3);');
    for (const plugin of ['./served/evil.mjs', '@understory/explain-cam'])
      await expect(served.engine.explain({ spec: { ...spec, plugins: [plugin] } })).rejects.toMatchObject({
        code: 'PLUGIN_NOT_SERVED',
      });
  });

  it('is refused as the name of a dropped file, and nothing is written', async () => {
    const before = await readdir(served.folder, { recursive: true });
    for (const path of [
      '../x.png',
      'a/../../x.png',
      '/x.png',
      'a//x.png',
      '',
      '.',
      'a\\..\\x.png',
      'C:x.png',
      'a\0.png',
    ])
      await expect(served.engine.addFiles({ files: [{ path, bytes: Uint8Array.of(1) }] })).rejects.toMatchObject({
        code: 'FILE_NAME_INVALID',
      });
    expect(await readdir(served.folder, { recursive: true })).toEqual(before);
  });

  it('is refused as a run and as a file of one', async () => {
    const { runs } = served.engine;
    for (const run of ['../secret', '..', '.', '', '/etc', 'a/../../secret']) {
      await expect(runs!.read({ run })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
      await expect(runs!.file({ run, name: 'own.png' })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
      await expect(runs!.resume({ run })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    }
    const evaluate = { version: 1, study: 'evaluate', model, images: { from: 'folder:served/photos' } } as const;
    for (const name of ['../x', 'a/b', '.hidden', '', 'x'.repeat(200)])
      await expect(runs!.start({ spec: evaluate, name })).rejects.toMatchObject({ code: 'RUN_NAME_INVALID' });
  });
});

describe('the engine', () => {
  const slow: ExplanationInput = { ...spec, explainers: ['rise:masks=200000'] };

  it('stops what a page asked for that is gone', async () => {
    const controller = new AbortController();
    let told = 0;
    const onProgress = () => {
      told += 1;
      controller.abort();
    };
    await expect(
      served.engine.explain({ spec: slow }, { signal: controller.signal, onProgress }),
    ).rejects.toMatchObject({ name: 'AbortError' });
    expect(told).toBeGreaterThan(0);
    // Calls are worked on one after the other: this one would wait for hundreds of thousands of masks.
    expect((await served.engine.explain({ spec })).maps).toHaveLength(1);
  });

  it('is started again where it is killed, and the call fails with a code', async () => {
    const first = served.server.enginePid!;
    const onProgress = () => void (served.server.enginePid === first && process.kill(first, 'SIGKILL'));
    await expect(served.engine.explain({ spec: slow }, { onProgress })).rejects.toMatchObject({
      code: 'ENGINE_LOST',
      found: 'it ended by SIGKILL',
    });
    expect((await served.engine.explain({ spec })).maps).toHaveLength(1);
    expect(served.server.enginePid).not.toBe(first);
    expect(await served.engine.readPicture({ path: 'mine/dropped.png' })).toMatchObject({ width: 3 });
  });
});

describe('runs', () => {
  const evaluate = {
    version: 1,
    study: 'evaluate',
    model,
    explainers: ['random'],
    metrics: ['deletion:steps=4'],
  } as const;

  it('are started in the background, watched, listed and read', async () => {
    const runs = served.engine.runs!;
    const begun = await runs.start({ spec: { ...evaluate, images: { from: 'folder:served/photos' } }, name: 'first' });
    expect(begun).toMatchObject({ run: 'first', study: 'evaluate', model, state: 'running', done: 0 });
    const told: EngineProgress[] = [];
    const ended = await runs.watch({ run: 'first' }, { onProgress: (each) => told.push(each) });
    expect(ended).toMatchObject({ state: 'finished', done: 1, total: 1, error: null });
    expect(told.at(-1)).toEqual({ what: 'evaluate', done: 1, total: 1 });
    expect((await runs.list({})).map(({ run, dataset }) => [run, dataset])).toEqual([['first', 'photos']]);
    const { tables, summary, pictures, hasReport, spec: kept } = await runs.read({ run: 'first' });
    const { columns, rows, size } = tables.find(({ name }) => name === 'measurements')!;
    expect([size, rows[0]![columns.indexOf('explainer')]]).toEqual([1, 'random']);
    expect(rows[0]![columns.indexOf('value')]).toEqual(expect.any(Number));
    expect(summary).toMatchObject({ images: 1 });
    expect([kept?.study, hasReport]).toEqual(['evaluate', true]);
    const picture = pictures.find(({ name }) => name.endsWith('/picture.png'))!;
    expect(picture.item).toBe('cat/chelsea.png');
    const bytes = await runs.file({ run: 'first', name: picture.name });
    expect([...bytes.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
    for (const name of ['../../secret/own.png', '/etc/passwd', '', 'maps'])
      await expect(runs.file({ run: 'first', name })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    const paged = await runs.read({ run: 'first', rows: { from: 1, count: 2 } });
    const all = tables.find(({ name }) => name === 'curves')!.rows;
    expect(paged.tables.find(({ name }) => name === 'curves')).toMatchObject({
      rows: all.slice(1, 3),
      size: all.length,
    });
    await expect(runs.resume({ run: 'first' })).rejects.toMatchObject({ code: 'RUN_NOT_RESUMED' });
  });

  it('with links out of their folder are not read', async () => {
    await symlink(join(served.folder, 'secret/own.png'), join(served.folder, 'runs/first/maps/own.png'));
    await symlink(join(served.folder, 'secret'), join(served.folder, 'runs/elsewhere'));
    const runs = served.engine.runs!;
    await expect(runs.read({ run: 'first' })).rejects.toEqual(refused);
    await expect(runs.resume({ run: 'first' })).rejects.toEqual(refused);
    await expect(runs.file({ run: 'first', name: 'maps/own.png' })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await expect(runs.file({ run: 'elsewhere', name: 'own.png' })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  it('are cancelled and go on', async () => {
    const runs = served.engine.runs!;
    // More images than any machine is done with before it hears of the end.
    const spec = { ...evaluate, images: { from: 'orchard:count=20000,size=32' } };
    expect((await runs.start({ spec, name: 'first' })).run).toBe('first-2');
    const reach = (least: number) =>
      new Promise<void>((resolve) => {
        void runs.watch({ run: 'first-2' }, { onProgress: ({ done }) => void (done > least && resolve()) });
      });
    await reach(0);
    const { state, done } = await runs.cancel({ run: 'first-2' });
    expect([state, done > 0]).toEqual(['interrupted', true]);
    const { tables } = await runs.read({ run: 'first-2' });
    expect(tables).toMatchObject([{ name: 'rows', size: done }]);
    await runs.resume({ run: 'first-2' });
    await reach(done);
    expect((await runs.cancel({ run: 'first-2' })).done).toBeGreaterThan(done);
  });

  it('write into their folder alone, and no name reaches a shell', async () => {
    const files = async () => (await readdir(served.folder, { recursive: true })).sort();
    const outside = async () => (await files()).filter((name) => !/^runs\b/.test(name));
    const bytes = new Uint8Array(await readFile(join(served.folder, cat)));
    const before = await outside();
    for (const name of ['$(touch shell)', '`touch shell`', 'x;touch shell', 'x|touch shell', 'x>shell']) {
      const images = { from: 'folder:served/photos' };
      await expect(served.engine.runs!.start({ spec: { ...evaluate, images }, name })).rejects.toMatchObject({
        code: 'RUN_NAME_INVALID',
      });
      await expect(served.engine.openModel({ model: name })).rejects.toMatchObject({ code: expect.any(String) });
      const path = `${name}.png`;
      expect((await served.engine.addFiles({ files: [{ path, bytes }] })).pictures).toEqual([path]);
      expect(await served.engine.readPicture({ path })).toMatchObject({ width: 451 });
    }
    expect(await outside()).toEqual(before);
    expect((await files()).filter((name) => /(^|\/)shell$/.test(name))).toEqual([]);
  });

  it('tell why they fail', async () => {
    const runs = served.engine.runs!;
    await runs.start({ spec: { ...evaluate, images: { from: 'folder:secret' } }, name: 'wrong' });
    expect(await runs.watch({ run: 'wrong' })).toMatchObject({ state: 'failed', error: { code: 'PATH_NOT_SERVED' } });
  });
});

describe('a server that is closed', () => {
  it('leaves nothing of what was dropped behind, and no process', async () => {
    const runs = join(served.folder, 'runs');
    const dropped = (await readdir(runs)).find((name) => name.startsWith('.dropped-'))!;
    expect((await stat(join(runs, dropped))).mode & 0o777).toBe(0o700);
    const pid = served.server.enginePid!;
    await served.server.close();
    expect((await readdir(runs)).sort()).toEqual(['elsewhere', 'first', 'first-2', 'wrong']);
    expect(() => process.kill(pid, 0)).toThrow(expect.objectContaining({ code: 'ESRCH' }));
    await expect(served.engine.about()).rejects.toMatchObject({ code: 'ENGINE_LOST' });
  });
});
