import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { TfjsBackend } from '@understory/backend-tfjs';
import { webOnnxReader } from '@understory/backend-tfjs-onnx/web';
import { TfjsWebBackend } from '@understory/backend-tfjs/web';
import { float32, type ModelSource } from '@understory/core';
import { Graph, Node } from '@understory/onnx-autodiff';
import { ModelProtoSchema, TensorProtoSchema } from 'onnx-buf';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understory-onnx-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Weight {
  readonly location: string;
  readonly dims?: readonly [number, number];
  readonly offset?: string;
  readonly length?: string;
}

/** Every product of a chain reads another weight of a file beside the model. */
function chain(...weights: readonly Weight[]): Uint8Array {
  const protos = weights.map(({ location, dims = [2, 2], offset = '0', length = `${4 * dims[0] * dims[1]}` }, at) =>
    create(TensorProtoSchema, {
      name: `w${at}`,
      dims: dims.map(BigInt),
      dataType: 1,
      dataLocation: 1,
      externalData: Object.entries({ location, offset, length }).map(([key, value]) => ({ key, value })),
    }),
  );
  return new Graph({
    header: create(ModelProtoSchema, { irVersion: 8n }),
    name: 'test',
    opset: 17,
    inputs: [{ name: 'x', type: 'float32', shape: ['N', weights[0]!.dims?.[0] ?? 2] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['N', weights.at(-1)!.dims?.[1] ?? 2] }],
    nodes: weights.map((_, at) =>
      Node.of('MatMul', [at === 0 ? 'x' : `h${at}`, `w${at}`], [at === weights.length - 1 ? 'y' : `h${at + 1}`]),
    ),
    initializers: new Map(protos.map((proto) => [proto.name, { proto }])),
    declared: new Map(),
  }).encode();
}

const values = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
const open = async (source: ModelSource) => new TfjsBackend().open(source, { devices: ['cpu'] });

async function outputOf(path: string): Promise<number[]> {
  const model = await open({ kind: 'file', path });
  const { y } = await model.run({ x: float32(Float32Array.of(1, 10), [1, 2]) }, ['y']);
  await model.close();
  return Array.from(y!.data as Float32Array);
}

it('hands on the metadata of a file', async () => {
  const metadataProps = [{ key: 'stride', value: '32' }];
  const bytes = new Graph({
    header: create(ModelProtoSchema, { irVersion: 8n, metadataProps }),
    name: 'test',
    opset: 17,
    inputs: [{ name: 'x', type: 'float32', shape: ['N', 2] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['N', 2] }],
    nodes: [Node.of('Relu', ['x'], ['y'])],
    initializers: new Map(),
    declared: new Map(),
  }).encode();
  const model = await new TfjsBackend().open({ kind: 'bytes', bytes }, { devices: ['cpu'] });
  expect(model.metadata).toEqual({ stride: '32' });
  await model.close();
});

describe('a page', () => {
  const page = (files: Readonly<Record<string, Uint8Array>>) => {
    const asked: string[] = [];
    const backend = new TfjsWebBackend({
      wasm: 'file:///nowhere/',
      onnxReader: async () =>
        webOnnxReader(async (path) => {
          asked.push(path);
          const bytes = files[path];
          if (bytes === undefined) throw new Error('it is not there');
          return bytes;
        }),
    });
    return { asked, backend };
  };
  const path = 'net/model.onnx';
  const file = { kind: 'file', path } as const;

  it('reads a file and the weights beside it, as Node does', async () => {
    const bytes = chain({ location: 'a.bin' }, { location: 'a.bin' });
    const { asked, backend } = page({ [path]: bytes, 'net/a.bin': values });
    expect(backend.accepts(file)).toBe(true);
    const model = await backend.open(file, { devices: ['cpu'] });
    expect(asked).toEqual([path, 'net/a.bin']);
    const { y } = await model.run({ x: float32(Float32Array.of(1, 10), [1, 2]) }, ['y']);
    const same = await open({ kind: 'bytes', bytes, externalData: { 'a.bin': values } });
    const { y: expected } = await same.run({ x: float32(Float32Array.of(1, 10), [1, 2]) }, ['y']);
    expect(y).toEqual(expected);
    expect(model.origin).toMatchObject({ executionProvider: 'cpu', sha256: same.origin.sha256 });
    await model.close();
    await same.close();
  });

  it.each([
    ['../a.bin', 'MODEL_NOT_READABLE'],
    ['https://example.org/a.bin', 'MODEL_NOT_READABLE'],
    ['b.bin', 'MODEL_NOT_READABLE'],
  ])('is not led to weights in %s', async (location, code) => {
    const { asked, backend } = page({ [path]: chain({ location }), 'a.bin': values });
    await expect(backend.open(file, { devices: ['cpu'] })).rejects.toMatchObject({ code });
    expect(asked.filter((each) => each !== path && each !== 'net/b.bin')).toEqual([]);
  });

  it('opens no such file where nothing reads it', () => {
    expect(new TfjsWebBackend({ wasm: 'file:///nowhere/' }).accepts(file)).toBe(false);
  });
});

describe('weights beside an ONNX file', () => {
  it('are found where the links of a cache of downloads lead', async () => {
    const [blobs, snapshot] = [join(folder, 'blobs'), join(folder, 'snapshot')];
    await Promise.all([mkdir(blobs), mkdir(snapshot)]);
    await writeFile(join(blobs, 'a1'), chain({ location: 'model.onnx_data' }));
    await writeFile(join(blobs, 'b2'), values);
    await symlink(join(blobs, 'a1'), join(snapshot, 'model.onnx'));
    await symlink(join(blobs, 'b2'), join(snapshot, 'model.onnx_data'));
    expect(await outputOf(join(snapshot, 'model.onnx'))).toEqual([31, 42]);
  });

  it.each([
    ['above its folder', { location: '../secret.bin' }, 'MODEL_NOT_READABLE', /outside its folder/],
    ['behind a link out of its folder', { location: 'out.bin' }, 'MODEL_NOT_READABLE', /outside its folder/],
    ['beyond the end of their file', { location: 'short.bin' }, 'MODEL_NOT_READABLE', /end at byte 16 .* 8 bytes/],
    ['at no place', { location: 'short.bin', offset: '-64' }, 'MODEL_NOT_READABLE', /at no place/],
    ['in a folder', { location: 'sub' }, 'MODEL_NOT_READABLE', /not a file/],
    ['that are not there', { location: 'gone.bin' }, 'MODEL_WEIGHTS_MISSING', /"gone.bin"/],
  ])('are refused %s', async (_, weight, code, found) => {
    const own = await mkdtemp(join(folder, 'case-'));
    await writeFile(join(folder, 'secret.bin'), values);
    await symlink(join(folder, 'secret.bin'), join(own, 'out.bin'));
    await writeFile(join(own, 'short.bin'), values.subarray(0, 8));
    await mkdir(join(own, 'sub'));
    await writeFile(join(own, 'model.onnx'), chain(weight));
    await expect(open({ kind: 'file', path: join(own, 'model.onnx') })).rejects.toMatchObject({
      code,
      found: expect.stringMatching(found),
    });
  });

  it('are not read where many share the bytes of one file and are too large together', async () => {
    const dims = [2 ** 15, 2 ** 14] as const;
    await writeFile(join(folder, 'shared.bin'), '');
    await truncate(join(folder, 'shared.bin'), 2 ** 31);
    const turned = [dims[1], dims[0]] as const;
    const bytes = chain(...[dims, turned, dims].map((each) => ({ location: 'shared.bin', dims: each })));
    await writeFile(join(folder, 'shared.onnx'), bytes);
    const refused = { code: 'TFJS_MODEL_TOO_LARGE', found: `weights of ${3 * 2 ** 31} bytes` };
    await expect(open({ kind: 'file', path: join(folder, 'shared.onnx') })).rejects.toMatchObject(refused);
    const externalData = { 'shared.bin': new Uint8Array(8) };
    await expect(open({ kind: 'bytes', bytes, externalData })).rejects.toMatchObject(refused);
  });
});

it('an ONNX file that is a folder is refused', async () => {
  const path = join(folder, 'folder.onnx');
  await mkdir(path);
  await expect(open({ kind: 'file', path })).rejects.toMatchObject({ code: 'MODEL_NOT_READABLE' });
});
