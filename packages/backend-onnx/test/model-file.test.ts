import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { float32 } from '@understory/core';
import { Graph, Node } from '@understory/onnx-autodiff';
import { ModelProtoSchema, TensorProtoSchema } from 'onnx-buf';
import { OnnxBackend } from '../src/index.ts';
import { linear, modelFile } from './models.ts';

const backend = new OnnxBackend();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understory-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** y = relu(x) w, with w `[2, 2]` in another file. */
function withWeightsIn(location: string, offset = 0): Uint8Array {
  const entries = { location, offset: `${offset}`, length: '16' };
  const proto = create(TensorProtoSchema, {
    name: 'w',
    dims: [2n, 2n],
    dataType: 1,
    dataLocation: 1,
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
  });
  return new Graph({
    header: create(ModelProtoSchema, { irVersion: 8n }),
    name: 'test',
    opset: 17,
    inputs: [{ name: 'x', type: 'float32', shape: ['N', 2] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['N', 2] }],
    nodes: [Node.of('Relu', ['x'], ['h']), Node.of('MatMul', ['h', 'w'], ['y'])],
    initializers: new Map([['w', { proto }]]),
    declared: new Map(),
  }).encode();
}
const weights = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);

async function outputOf(path: string): Promise<number[]> {
  const model = await backend.open(path);
  try {
    const { y } = await model.run({ x: float32(Float32Array.of(1, 10), [1, 2]) }, ['y']);
    return Array.from(y!.data as Float32Array);
  } finally {
    await model.close();
  }
}

describe('files of models', () => {
  it('opens a path that is given as a text', async () => {
    const path = join(folder, 'plain.onnx');
    await writeFile(path, linear('N'));
    expect(await outputOf(path)).toEqual([1 - 40, 2 + 50, 3 + 60]);
  });

  it('follows links as the caches of downloads are made of, and a link to a model elsewhere', async () => {
    const [blobs, snapshot, elsewhere] = ['blobs', 'snapshot', 'elsewhere'].map((name) => join(folder, name));
    await Promise.all([blobs!, snapshot!, elsewhere!].map((each) => mkdir(each)));
    await writeFile(join(blobs!, 'a1'), withWeightsIn('model.onnx_data'));
    await writeFile(join(blobs!, 'b2'), weights);
    await symlink(join(blobs!, 'a1'), join(snapshot!, 'model.onnx'));
    await symlink(join(blobs!, 'b2'), join(snapshot!, 'model.onnx_data'));
    expect(await outputOf(join(snapshot!, 'model.onnx'))).toEqual([31, 42]);
    await writeFile(join(elsewhere!, 'real.onnx'), withWeightsIn('real.bin'));
    await writeFile(join(elsewhere!, 'real.bin'), weights);
    await symlink(join(elsewhere!, 'real.onnx'), join(folder, 'link.onnx'));
    expect(await outputOf(join(folder, 'link.onnx'))).toEqual([31, 42]);
  });

  it('follows the relative links of a cache that is itself behind a link', async () => {
    const cache = await mkdtemp(join(folder, 'cache-'));
    const snapshot = join(cache, 'models--a--b', 'snapshots', 'c0ffee', 'onnx');
    const blobs = join(cache, 'models--a--b', 'blobs');
    await Promise.all([snapshot, blobs].map((each) => mkdir(each, { recursive: true })));
    await writeFile(join(blobs, 'a1'), withWeightsIn('model.onnx_data'));
    await writeFile(join(blobs, 'b2'), weights);
    await symlink('../../../blobs/a1', join(snapshot, 'model.onnx'));
    await symlink('../../../blobs/b2', join(snapshot, 'model.onnx_data'));
    await symlink(cache, join(folder, 'hub'));
    const path = join(folder, 'hub', 'models--a--b', 'snapshots', 'c0ffee', 'onnx', 'model.onnx');
    expect(await outputOf(path)).toEqual([31, 42]);
    const model = await backend.open(path);
    const { gradients } = await model.differentiate({
      feeds: { x: float32(Float32Array.of(1, 10), [1, 2]) },
      objective: { kind: 'score', output: 'y', index: [[1]] },
      withRespectTo: ['x'],
    });
    expect(Array.from(gradients['x']!.data as Float32Array)).toEqual([2, 4]);
    await model.close();
  });

  it.each([
    ['above its folder', '../secret.bin', /outside its folder/],
    ['at an absolute path', '/etc/hostname', /outside its folder/],
    ['behind a link out of its folder', 'out.bin', /outside its folder/],
    ['beyond the end of their file', 'short.bin', /end at byte 16 .* 8 bytes/],
    ['in a folder', 'sub', /not a file/],
  ])('refuses weights %s', async (_, location, found) => {
    const own = await mkdtemp(join(folder, 'case-'));
    await writeFile(join(folder, 'secret.bin'), weights);
    await symlink(join(folder, 'secret.bin'), join(own, 'out.bin'));
    await writeFile(join(own, 'short.bin'), weights.subarray(0, 8));
    await mkdir(join(own, 'sub'));
    await writeFile(join(own, 'model.onnx'), withWeightsIn(location));
    await expect(backend.open(join(own, 'model.onnx'))).rejects.toMatchObject({
      code: 'MODEL_NOT_READABLE',
      found: expect.stringMatching(found),
    });
  });

  it('refuses a folder', async () => {
    await expect(backend.open(folder)).rejects.toMatchObject({ code: 'MODEL_NOT_READABLE' });
  });

  it.each([0, -1])('takes a batch of %i in the file for any', async (size) => {
    const bytes = modelFile({ input: [size, 2], output: [size, 2], nodes: [Node.of('Relu', ['x'], ['y'])] });
    const model = await backend.open({ kind: 'bytes', bytes });
    expect(model.fixedBatch).toBeUndefined();
    const feeds = { x: float32(Float32Array.of(1, -1, 2, -2, 3, 3), [3, 2]) };
    const objective = { kind: 'score', output: 'y', index: [[0], [0], [1]] } as const;
    const { gradients, value } = await model.differentiate({ feeds, objective, withRespectTo: ['x'] });
    expect(Array.from(value)).toEqual([1, 2, 3]);
    expect(Array.from(gradients['x']!.data as Float32Array)).toEqual([1, 0, 1, 0, 0, 1]);
    expect((await model.run(feeds, ['y']))['y']!.dims).toEqual([3, 2]);
    await model.close();
  });
});
