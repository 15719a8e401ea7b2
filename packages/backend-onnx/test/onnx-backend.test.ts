import { describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { float32 } from '@understory/core';
import { Node, skeletonOf } from '@understory/onnx-autodiff';
import * as ort from 'onnxruntime-node';
import { OnnxBackend, type OnnxModel } from '../src/index.ts';
import { linear, modelFile } from './models.ts';

const backend = new OnnxBackend();

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'understory-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('OnnxBackend', () => {
  it('accepts ONNX files and bytes', () => {
    expect(backend.accepts({ kind: 'file', path: 'a/model.onnx' })).toBe(true);
    expect(backend.accepts({ kind: 'file', path: 'a/model.json' })).toBe(false);
    expect(backend.accepts({ kind: 'bytes', bytes: linear(1) })).toBe(true);
    expect(backend.accepts({ kind: 'bytes', bytes: new TextEncoder().encode('{"modelTopology"') })).toBe(false);
  });

  it('hands on the metadata of a file', async () => {
    const metadata = { stride: '32', names: "{0: 'cat'}" };
    const bytes = modelFile({ input: [1, 2], output: [1, 2], nodes: [Node.of('Relu', ['x'], ['y'])], metadata });
    const model = await backend.open({ kind: 'bytes', bytes });
    expect(model.metadata).toEqual(metadata);
    await model.close();
  });

  it('lets nothing but errors that are thrown tell what goes wrong', async () => {
    const create = jest.spyOn(ort.InferenceSession, 'create');
    const model = await backend.open({ kind: 'bytes', bytes: linear(1) });
    // ONNX Runtime's level "fatal"; below it, errors are written to stderr too, past everybody.
    expect(create.mock.calls.map(([, options]) => options?.logSeverityLevel)).toEqual([4]);
    create.mockRestore();
    await model.close();
  });

  it('opens files and bytes alike', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'model.onnx');
      await writeFile(path, linear('N'));
      const fromFile = await backend.open({ kind: 'file', path });
      const fromBytes = await backend.open({ kind: 'bytes', bytes: linear('N') });
      expect(fromFile.origin).toEqual(fromBytes.origin);
      await Promise.all([fromFile.close(), fromBytes.close()]);
    }));

  describe('weights that stay on disk', () => {
    const wide = modelFile({
      input: ['N', 150],
      output: ['N', 200],
      nodes: [Node.of('Relu', ['x'], ['h']), Node.of('MatMul', ['h', 'w'], ['y'])],
      weights: {
        w: {
          type: 'float32',
          dims: [150, 200],
          values: Float32Array.from({ length: 30_000 }, (_, at) => Math.sin(at)),
        },
      },
    });
    const work = async (model: OnnxModel) => {
      const feeds = {
        x: float32(
          Float32Array.from({ length: 300 }, (_, at) => Math.cos(at)),
          [2, 150],
        ),
      };
      const objective = { kind: 'score', output: 'y', index: [[7], [199]] } as const;
      const { gradients, value } = await model.differentiate({ feeds, objective, withRespectTo: ['x'] });
      const { h } = await model.run(feeds, ['h']);
      const written = await model.differentiatedFile({
        objective: { kind: 'score', output: 'y' },
        withRespectTo: ['x'],
      });
      const weight = model.graph.constant('w');
      await model.close();
      return { gradients, value, h, weight, written: written.bytes.length };
    };

    it('give what weights in memory give, from a model file and from a file of data beside it', () =>
      inFolder(async (folder) => {
        const expected = await work(await backend.open({ kind: 'bytes', bytes: wide }));
        expect(expected.written).toBeGreaterThan(wide.length);
        const path = join(folder, 'wide.onnx');
        await writeFile(path, wide);
        expect(await work(await backend.open({ kind: 'file', path }))).toEqual(expected);

        const skeleton = skeletonOf(
          (offset, length) => wide.subarray(offset, offset + length),
          wide.length,
          'weights.bin',
        )!;
        await writeFile(join(folder, 'small.onnx'), skeleton);
        await writeFile(join(folder, 'weights.bin'), wide);
        expect(await work(await backend.open({ kind: 'file', path: join(folder, 'small.onnx') }))).toEqual(expected);
        const inMemory = await backend.open({ kind: 'bytes', bytes: skeleton, externalData: { 'weights.bin': wide } });
        expect(await work(inMemory)).toEqual(expected);

        await writeFile(
          join(folder, 'moved.onnx'),
          skeletonOf((offset, length) => wide.subarray(offset, offset + length), wide.length, 'elsewhere.bin')!,
        );
        await expect(backend.open({ kind: 'file', path: join(folder, 'moved.onnx') })).rejects.toMatchObject({
          code: 'MODEL_WEIGHTS_MISSING',
          found: 'no "elsewhere.bin" beside the model',
          next: expect.stringContaining('Copy the exported weight files'),
        });

        const outside = skeletonOf(
          (offset, length) => wide.subarray(offset, offset + length),
          wide.length,
          '../weights.bin',
        )!;
        await writeFile(join(folder, 'outside.onnx'), outside);
        await expect(backend.open({ kind: 'file', path: join(folder, 'outside.onnx') })).rejects.toMatchObject({
          code: 'MODEL_NOT_READABLE',
          found: expect.stringContaining('../weights.bin'),
        });
      }));
  });

  it.each([
    ['no file', undefined, 'MODEL_NOT_READABLE'],
    ['an empty file', new Uint8Array(0), 'ONNX_NOT_A_MODEL'],
    ['a text file', new TextEncoder().encode('<!DOCTYPE html><html></html>'), 'ONNX_NOT_A_MODEL'],
    ['half a model', linear('N').subarray(0, 60), 'ONNX_TRUNCATED'],
  ])('refuses %s', (_, bytes, code) =>
    inFolder(async (folder) => {
      const path = join(folder, 'model.onnx');
      if (bytes) await writeFile(path, bytes);
      await expect(backend.open({ kind: 'file', path })).rejects.toMatchObject({ code, next: expect.any(String) });
    }),
  );

  it('goes down the list of devices and says what it chose', async () => {
    const known = (await import('onnxruntime-node')).listSupportedBackends().map(({ name }) => name);
    const other = known.find((name) => name !== 'cpu');
    if (!other) throw new Error('this build of ONNX Runtime knows nothing but the CPU, which its packages do not do');
    const model = await backend.open({ kind: 'bytes', bytes: linear('N') }, { devices: [other, 'cpu'] });
    expect([other, 'cpu']).toContain(model.origin.executionProvider);
    if (model.origin.executionProvider === 'cpu') {
      expect(model.origin.remarks).toEqual([expect.stringContaining(`${other} was tried first and is not available`)]);
    }
    await model.close();
  });

  it('refuses a device that there is not', async () => {
    await expect(backend.open({ kind: 'bytes', bytes: linear(1) }, { devices: ['abacus'] })).rejects.toMatchObject({
      code: 'DEVICE_UNKNOWN',
    });
  });

  it('tells what ONNX Runtime finds wrong with a model that parses', async () => {
    const bytes = linear('N');
    const at = Buffer.from(bytes).lastIndexOf('MatMul');
    bytes.set(new TextEncoder().encode('MatMyl'), at);
    await expect(backend.open({ kind: 'bytes', bytes })).rejects.toMatchObject({
      code: 'MODEL_NOT_RUNNABLE',
      found: expect.stringContaining('MatMyl'),
    });
  });
});
