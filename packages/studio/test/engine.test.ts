import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { BACKEND, isDiagnosed, type Backend, type Host, type Token } from '@understory/core';
import { nodeEnvironment } from '@understory/environment-node';
import { memoryStore } from '@understory/experiments';
import { decodeNpy } from '@understory/imaging';
import { openExplanation, parseStudySpec, type Environment, type StudySpecInput } from '@understory/studies';
import { openEngine, type ExplanationInput } from '../src/index.ts';

const cwd = fileURLToPath(new URL('../../cli/samples/', import.meta.url));
const environment = nodeEnvironment({ cwd });
const engine = openEngine({
  ...{ environment, kind: 'served', models: [], samples: [], served: { models: [], pictures: [] } },
  addFiles: async () => ({ pictures: [], models: [], others: [] }),
});
afterAll(() => engine.close());

const model = 'cifar10-resnet';
const picture = 'chelsea.png';
const spec: ExplanationInput = { version: 1, study: 'explain', model, images: { from: [picture] } };

describe('the engine of the studio', () => {
  it('says what a model was recognised as, and which layers a slider stops at', async () => {
    const facts = await engine.openModel({ model });
    expect(facts).toMatchObject({
      problem: null,
      recognised: { task: 'image-classification', asks: 'nothing', classes: 10 },
    });
    expect(facts.layers.filter(({ isStop }) => isStop).map(({ name }) => name)).toEqual([
      ...['/conv/Conv_output_0', '/relu/Relu_output_0', '/pool/MaxPool_output_0'],
      ...['/stage1/stage1.0/relu2/Relu_output_0', '/stage1/stage1.1/relu2/Relu_output_0'],
      ...['/stage2/stage2.0/relu2/Relu_output_0', '/stage2/stage2.1/relu2/Relu_output_0'],
      ...['/stage3/stage3.0/relu2/Relu_output_0', '/stage3/stage3.1/relu2/Relu_output_0'],
    ]);
    expect(facts.layers.find(({ name }) => name === '/gap/GlobalAveragePool_output_0')).toMatchObject({
      isStop: false,
    });
  });

  it('says why a model was not recognised, with what it could be', async () => {
    const facts = await engine.openModel({ model: 'orchard-segmenter', task: 'object-detection' });
    expect(facts).toMatchObject({ recognised: null, problem: { code: 'SUBJECT_UNKNOWN' }, layers: [] });
    expect((await engine.openModel({ model: 'orchard-segmenter' })).recognised?.task).toBe('image-segmentation');
  });

  it('makes the map that a study writes, to the bit', async () => {
    const told: string[] = [];
    const { maps, said, failures } = await engine.explain({ spec }, { onMap: ({ explainer }) => told.push(explainer) });
    expect(failures).toEqual([]);
    expect(told).toEqual(['gradcam']);
    const store = memoryStore();
    const asked = parseStudySpec({ ...spec, npy: true });
    const study = await openExplanation(asked as Extract<typeof asked, { study: 'explain' }>, environment, { store });
    for await (const event of study.explain()) if ('error' in event) throw event.error;
    await study.close();
    const { dims, data } = decodeNpy((await store.read('chelsea.gradcam.top1.npy'))!);
    expect(dims).toEqual([maps[0]!.height, maps[0]!.width]);
    expect(maps[0]!.data).toEqual(data);
    expect(said.options).toHaveLength(10);
    expect(said.options[0]!.target).toBe(maps[0]!.target);
    expect([said.picture.width, said.picture.height, said.picture.data.length]).toEqual([32, 32, 3 * 32 * 32]);
  });

  it('sweeps the layers in one pass, with the maps that each has alone', async () => {
    const layers = ['/stage1/stage1.1/relu2/Relu_output_0', '/stage3/stage3.1/relu2/Relu_output_0'];
    const swept = await engine.sweep({ spec, layers });
    for (const [at, layer] of layers.entries()) {
      const { maps } = await engine.explain({ spec: { ...spec, layer } });
      expect(swept[at]).toMatchObject({ layer, height: maps[0]!.height });
      const largest = maps[0]!.data.reduce((most, value) => Math.max(most, value), 0);
      expect(largest).toBeGreaterThan(0);
      maps[0]!.data.forEach((value, place) => expect(swept[at]!.data[place]).toBeCloseTo(value, 5));
    }
  });

  it('leaves out of a sweep the layers that a target does not depend on', async () => {
    const facts = await engine.openModel({ model: 'orchard-detector' });
    const layers = facts.layers.filter(({ isStop }) => isStop).map(({ name }) => name);
    const fruit = fileURLToPath(new URL('../src/page/public/samples/orchard-1.png', import.meta.url));
    const swept = await engine.sweep({
      spec: { ...spec, model: 'orchard-detector', images: { from: [fruit] } },
      layers,
    });
    // The boxes of the coarse grid are computed beside the neck, which leads to the fine one.
    expect(layers.filter((layer) => swept.every((each) => each.layer !== layer))).toEqual([
      ...['/merge/merge.2/Relu_output_0', '/neck/first/first.2/Relu_output_0', '/neck/Relu_output_0'],
    ]);
  });

  it('tells of explainers that fail beside those that do not', async () => {
    const { maps, failures } = await engine.explain({
      spec: { ...spec, explainers: ['cam', 'gradcam'], model: 'orchard-detector' },
    });
    expect(maps.map(({ explainer }) => explainer)).toEqual(['gradcam']);
    expect(failures).toEqual([
      { explainer: 'cam', error: expect.objectContaining({ code: expect.any(String), next: expect.any(String) }) },
    ]);
  });

  it('predicts pictures in pieces, mirrored and replaced', async () => {
    const request = { model, picture };
    const before = await engine.predict(request);
    const same = await engine.predict({
      ...request,
      change: { kind: 'pieces', rows: 2, columns: 2, from: [0, 1, 2, 3] },
    });
    same.options.forEach(({ score }, at) => expect(score).toBeCloseTo(before.options[at]!.score, 4));
    const moved = await engine.predict({
      ...request,
      change: { kind: 'pieces', rows: 2, columns: 2, from: [3, 1, 2, 0] },
    });
    expect(pixel(moved.picture, 0, 0)).toEqual(pixel(before.picture, 16, 16));
    expect(pixel(moved.picture, 16, 16)).toEqual(pixel(before.picture, 0, 0));
    expect(moved.options[0]!.score).not.toBeCloseTo(before.options[0]!.score, 2);
    const mirrored = await engine.predict({ ...request, change: { kind: 'mirrored' } });
    expect(pixel(mirrored.picture, 0, 5)).toEqual(pixel(before.picture, 31, 5));
    const data = mirrored.picture.data;
    const replaced = await engine.predict({ ...request, change: { kind: 'pixels', data } });
    expect(replaced.options).toEqual(mirrored.options);
    const wrong = await engine.predict({ ...request, change: { kind: 'pixels', data: data.slice(3) } }).catch(identity);
    expect(wrong).toMatchObject({ code: 'CHANGE_INVALID' });
    expect(isDiagnosed(wrong)).toBe(true);
  });

  it.each(['deletion', 'insertion'])('shows what the network saw along a curve of %s', async (metric) => {
    const curve = await engine.deletion({
      spec: {
        version: 1,
        study: 'evaluate',
        model,
        images: { from: [picture] },
        metrics: [`${metric}:steps=4,fraction=1,score=probability`],
      },
    });
    expect(curve.x).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(curve.pictures).toHaveLength(5);
    const { picture: own, options } = await engine.predict({ model, picture });
    const untouched = curve.pictures[metric === 'deletion' ? 0 : 4]!;
    expect(untouched.data).toEqual(own.data);
    // Each picture is the one that the score beside it is of.
    const { target } = options[0]!;
    for (const [at, { data }] of curve.pictures.entries()) {
      const { options: said } = await engine.predict({ model, picture, change: { kind: 'pixels', data } });
      expect(said.find((each) => each.target === target)!.probability).toBeCloseTo(curve.y[at]!, 1);
    }
  });

  it('attacks through a painted mask alone, and hands back the file', async () => {
    const weights = new Float32Array(32 * 32);
    weights.fill(1, 0, 16 * 32);
    const { row, before, after, png, mask } = await engine.attack({
      spec: {
        ...{ version: 1, study: 'attack', model, images: { from: [picture] }, targetClass: null, masks: ['painted'] },
        attack: 'pgd:epsilon=16/255,stop=misclassification,steps=20',
      },
      painted: { height: 32, width: 32, weights },
    });
    expect(row.success).toBe(true);
    expect(row.trajectory!.originalProbability[0]).toBeCloseTo(before.probability!, 4);
    expect(after!.decision).not.toBe(before.decision);
    expect(mask).toEqual(weights);
    const changed = Array.from(
      { length: 32 * 32 },
      (_, at) =>
        pixel(after!.picture, at % 32, Math.floor(at / 32)).join() !==
        pixel(before.picture, at % 32, Math.floor(at / 32)).join(),
    );
    expect(changed.slice(0, 16 * 32).some(Boolean)).toBe(true);
    expect(changed.slice(16 * 32).some(Boolean)).toBe(false);
    expect([...png!.subarray(1, 4)]).toEqual([80, 78, 71]);
  });

  it('makes the pictures that a study writes, and stops between two steps', async () => {
    const asked: StudySpecInput = {
      ...{ version: 1, study: 'visualise', model, images: { from: [picture] }, channels: '0,3' },
      ...{ visualiser: 'ascent:steps=16', layers: ['/stage3/stage3.1/relu2/Relu_output_0'] },
    };
    const told: number[] = [];
    const { pictures } = await engine.visualise({ spec: asked }, { onProgress: ({ done }) => told.push(done) });
    const steps = Array.from({ length: 16 }, (_, at) => at + 1);
    expect(told).toEqual([...steps, ...steps]);
    const { files, rows } = await engine.study({ spec: asked });
    expect(pictures.map(({ row }) => row)).toEqual(rows);
    for (const { row, png, picture: made } of pictures) {
      expect(png).toEqual(files.find(({ name }) => name === row.picture)!.bytes);
      expect([made.width, made.height]).toEqual([32, 32]);
      expect(row.photograph.id).toBe('chelsea');
    }
    const [{ row: first }] = pictures as [(typeof pictures)[number]];
    expect(first.value).toBeGreaterThan(first.start);
    const controller = new AbortController();
    const stopped = engine.visualise(
      { spec: asked },
      { signal: controller.signal, onProgress: () => controller.abort() },
    );
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('crosses two captions, and two questions, with a picture and its mirror image', async () => {
    const texts = ['an apple left of a pear', 'a pear left of an apple'] as const;
    const { of, cells, pictures } = await engine.cross({ model: 'orchard-clip-sighted', picture, texts });
    expect(of).toBe('score');
    expect(pixel(pictures[0], 0, 0)).toEqual(pixel(pictures[1], pictures[1].width - 1, 0));
    const { options } = await engine.predict({ model: 'orchard-clip-sighted', picture, captions: [...texts] });
    for (const [at, caption] of texts.entries()) {
      expect(cells[at]![0]!.score).toBeCloseTo(options.find(({ label }) => label === caption)!.score, 3);
    }
    const asked = { model: 'orchard-mdetr-sighted', picture, question: 'What is left of the apple?' };
    const answers = await engine.cross({ ...asked, texts: [asked.question, 'What is right of the apple?'] });
    expect(answers.of).toBe('answer');
    const own = await engine.predict(asked);
    expect(answers.cells[0]![0]).toMatchObject({ decision: own.decision });
    expect(answers.cells[0]![0]!.probability).toBeCloseTo(own.probability!, 4);
    await expect(engine.cross({ model, picture, texts })).rejects.toMatchObject({ code: 'CAPTIONS_NOT_READ' });
  });

  it('shows the graph around a layer', async () => {
    const { middle, nodes, edges, size } = await engine.graph({
      model,
      around: '/stage1/stage1.0/relu2/Relu_output_0',
      steps: 1,
    });
    expect(nodes.find(({ id }) => id === middle)).toMatchObject({
      operator: 'Relu',
      depth: 0,
      gradient: 'yes',
      isLayer: true,
      dims: ['batch', 32, 16, 16],
    });
    expect(nodes.map(({ operator, depth }) => `${depth} ${operator}`)).toEqual(['-1 Add', '0 Relu', '1 Conv', '1 Add']);
    expect(edges).toHaveLength(3);
    expect(size).toBeGreaterThan(20);
  });

  it('keeps the self-contained page of a study', async () => {
    const { files, rows } = await engine.study({ spec: { ...spec, html: true, overlay: false } });
    expect(rows).toHaveLength(1);
    const page = new TextDecoder().decode(files.find(({ name }) => name === 'explanation.html')!.bytes);
    expect(page).toContain('chelsea');
    expect(page).not.toMatch(/(src|href)="https?:/);
  });

  it('says what really computed, where a device refuses only when it runs', async () => {
    const refused = 'part of the computation went on in wasm, because webgpu refused it when it ran: no kernel';
    const own = openEngine({
      ...{ environment: givingWay(refused), kind: 'page', models: [], samples: [] },
      ...{ served: { models: [], pictures: [] }, addFiles: async () => ({ pictures: [], models: [], others: [] }) },
    });
    expect(await own.openModel({ model })).toMatchObject({ executionProvider: 'webgpu', notes: [] });
    expect(await own.runsOn({ model })).toEqual({ executionProvider: 'webgpu', remarks: [] });
    const { files, notes } = await own.study({ spec: { ...spec, html: true, overlay: false } });
    const page = new TextDecoder().decode(files.find(({ name }) => name === 'explanation.html')!.bytes);
    expect(page).toContain('onnx, wasm: ');
    expect(page).not.toContain('onnx, webgpu');
    expect(page).toContain(refused);
    expect(notes).toContain(refused);
    expect(await own.runsOn({ model })).toEqual({ executionProvider: 'wasm', remarks: [refused] });
    expect(await own.openModel({ model })).toMatchObject({ executionProvider: 'wasm', notes: [refused] });
    await own.close();
  });

  it('stops where a call is aborted, and goes on with the next', async () => {
    const controller = new AbortController();
    const slow = engine.explain(
      { spec: { ...spec, explainers: ['rise:masks=2000'] } },
      { signal: controller.signal, onProgress: () => controller.abort() },
    );
    await expect(slow).rejects.toMatchObject({ name: 'AbortError' });
    expect((await engine.predict({ model, picture })).options).toHaveLength(10);
  });

  it('refuses what is no specification', async () => {
    await expect(engine.parse({ spec: { version: 1, study: 'explain' } })).rejects.toMatchObject({
      code: 'SPEC_INVALID',
    });
  });
});

/** The environment on a device that hands over to another when models run, with a remark. */
function givingWay(remark: string): Environment {
  const backendOf = (backend: Backend): Backend => ({
    accepts: (source) => backend.accepts(source),
    async open(source, options) {
      let hasRun = false;
      return new Proxy(await backend.open(source, options), {
        get(target, name) {
          if (name === 'origin') {
            const { executionProvider, remarks } = hasRun
              ? { executionProvider: 'wasm', remarks: [remark] }
              : { executionProvider: 'webgpu', remarks: [] };
            return { ...target.origin, executionProvider, remarks };
          }
          if (name === 'run' || name === 'differentiate') hasRun = true;
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
  });
  return {
    ...environment,
    async loadPlugins(request) {
      const { host, ...loaded } = await environment.loadPlugins(request);
      const get: Host['get'] = <T>(token: Token<T>, id: string, options?: Parameters<Host['get']>[2]): T => {
        const found = host.get(token, id, options);
        return token.name === BACKEND.name ? (backendOf(found as Backend) as T) : found;
      };
      return { ...loaded, host: { ...host, get } };
    },
  };
}

function pixel(
  { data, width }: { readonly data: Uint8Array; readonly width: number },
  x: number,
  y: number,
): readonly number[] {
  return [...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
}

function identity(thrown: unknown): unknown {
  return thrown;
}
