import { describe, expect, it } from '@jest/globals';
import { float32 } from '@understory/core';
import { parseModel } from '@understory/onnx-autodiff';
import * as ort from 'onnxruntime-node';
import { BatchSizes } from '../src/batch-sizes.ts';
import { OnnxModel } from '../src/onnx-model.ts';
import { linear } from './models.ts';

describe('BatchSizes', () => {
  it('takes what is compiled, or what is compiled and at most twice as large', () => {
    const sizes = new BatchSizes();
    expect(sizes.choose(8, [])).toBe(8);
    expect(sizes.choose(8, [8, 16])).toBe(8);
    expect(sizes.choose(8, [16, 12])).toBe(12);
    expect(sizes.choose(8, [17])).toBe(8);
    expect(sizes.choose(8, [4])).toBe(8);
  });

  it('fills up a size until that has cost as much as compiling', () => {
    const sizes = new BatchSizes();
    const chosen = Array.from({ length: 6 }, () => sizes.choose(8, [16]));
    expect(chosen).toEqual([16, 16, 8, 16, 16, 8]);
    // Another size has a count of its own.
    expect(sizes.choose(15, [16])).toBe(16);
  });
});

describe('sessions of one model', () => {
  it('a size that comes again and again gets its own, a single rest does not, and only few stay open', async () => {
    let [opened, released] = [0, 0];
    const openSession = async (bytes: Uint8Array) => {
      opened += 1;
      const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
      const release = session.release.bind(session);
      return Object.assign(session, {
        release: () => {
          released += 1;
          return release();
        },
      });
    };
    const bytes = linear('N');
    const model = new OnnxModel({
      graph: parseModel(bytes),
      origin: { backend: 'onnx', executionProvider: 'cpu', sha256: '', remarks: [] },
      forward: await openSession(bytes),
      openSession,
    });
    const differentiate = async (batch: number) => {
      const feeds = { x: float32(new Float32Array(2 * batch).fill(1), [batch, 2]) };
      const index = Array.from({ length: batch }, () => [1]);
      const { gradients } = await model.differentiate({
        feeds,
        objective: { kind: 'score', output: 'y', index },
        withRespectTo: ['x'],
      });
      expect(Array.from(gradients['x']!.data as Float32Array)).toEqual(
        Array.from({ length: batch }, () => [2, 5]).flat(),
      );
    };
    opened = 0;
    await differentiate(16);
    await differentiate(9);
    expect(opened).toBe(1);
    for (let call = 0; call < 10; call += 1) await differentiate(8);
    expect(opened).toBe(2);
    for (const batch of [40, 90, 200, 450, 1000, 16]) await differentiate(batch);
    expect(opened).toBe(8);
    expect(opened - released).toBeLessThanOrEqual(6);
    await model.close();
  });
});
