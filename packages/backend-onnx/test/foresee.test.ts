import { afterEach, describe, expect, it } from '@jest/globals';
import { float32, type Objective } from '@understory/core';
import { parseModel } from '@understory/onnx-autodiff';
import * as ort from 'onnxruntime-node';
import { OnnxBackend } from '../src/index.ts';
import { OnnxModel } from '../src/onnx-model.ts';
import { linear } from './models.ts';

const feeds = { x: float32(Float32Array.of(1, -1, 2, 3), [2, 2]) };
const form = { kind: 'sum', terms: [{ kind: 'cotangent', outputs: ['y'] }] } as const;
const objectiveOf = (...cotangent: readonly number[]): Objective => ({
  kind: 'sum',
  terms: [{ weight: 1, of: { kind: 'cotangent', cotangents: { y: float32(Float32Array.from(cotangent), [2, 3]) } } }],
});
const foreseen = { objective: form, withRespectTo: ['h'], fetch: ['h', 'y'] };

/** A model whose file was not opened yet, and how many sessions it opens. */
const opened: OnnxModel[] = [];
function counted(bytes = linear('N')): { readonly model: OnnxModel; readonly sessions: () => number } {
  let count = 0;
  const model = new OnnxModel({
    graph: parseModel(bytes),
    origin: { backend: 'onnx', executionProvider: 'cpu', sha256: '', remarks: [] },
    openSession(file) {
      count += 1;
      return ort.InferenceSession.create(file, { intraOpNumThreads: 1, logSeverityLevel: 3 });
    },
  });
  opened.push(model);
  return { model, sessions: () => count };
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((model) => model.close()));
});

describe('a model that knows what it will be asked for', () => {
  it('answers and is differentiated in one session, with the numbers of a model that did not know', async () => {
    const { model, sessions } = counted();
    model.foresee(foreseen, 2);
    await model.ready();
    expect(sessions()).toBe(1);
    const { y, h } = await model.run(feeds, ['y', 'h']);
    const request = { feeds, withRespectTo: ['h'], fetch: ['h'] };
    const first = await model.differentiate({ ...request, objective: objectiveOf(1, 0, 0, 0, 1, 0) });
    const second = await model.differentiate({ ...request, objective: objectiveOf(0, 0, 1, 0, 0, -1) });
    expect(sessions()).toBe(1);

    const plain = counted();
    expect({ y, h }).toEqual(await plain.model.run(feeds, ['y', 'h']));
    expect(first).toEqual(await plain.model.differentiate({ ...request, objective: objectiveOf(1, 0, 0, 0, 1, 0) }));
    expect(second).toEqual(await plain.model.differentiate({ ...request, objective: objectiveOf(0, 0, 1, 0, 0, -1) }));
    expect(Array.from(second.gradients['h']!.data as Float32Array)).toEqual([3, 6, -3, -6]);
  });

  it('opens another session for what it did not foresee', async () => {
    const { model, sessions } = counted();
    model.foresee(foreseen);
    await model.run(feeds, ['y']);
    const { gradients } = await model.differentiate({
      feeds,
      objective: { kind: 'score', output: 'y', index: [[0], [2]] },
      withRespectTo: ['h'],
    });
    expect(Array.from(gradients['h']!.data as Float32Array)).toEqual([1, -4, 3, 6]);
    expect(sessions()).toBe(2);
  });

  it('answers from the file as it is where there is no gradient, or that is open already', async () => {
    const lost = counted();
    lost.model.foresee({ ...foreseen, withRespectTo: ['y'], fetch: ['h'], objective: { kind: 'score', output: 'h' } });
    expect(Array.from((await lost.model.run(feeds, ['h']))['h']!.data as Float32Array)).toEqual([1, 0, 2, 3]);
    expect(lost.sessions()).toBe(1);
    const refused = counted();
    refused.model.foresee(
      { ...foreseen, withRespectTo: ['y'], fetch: ['h'], objective: { kind: 'score', output: 'h' } },
      2,
    );
    await refused.model.ready();
    expect(refused.sessions()).toBe(1);
    const early = counted();
    await early.model.ready();
    early.model.foresee(foreseen);
    await early.model.run(feeds, ['y']);
    expect(early.sessions()).toBe(1);
  });
});

it('a deferred opening says when it is made ready what the runtime refuses', async () => {
  const model = new OnnxModel({
    graph: parseModel(linear('N')),
    origin: { backend: 'onnx', executionProvider: 'cpu', sha256: '', remarks: [] },
    openSession: () => Promise.reject(new Error('no kernel')),
  });
  await expect(model.ready()).rejects.toMatchObject({ code: 'MODEL_NOT_RUNNABLE', found: 'no kernel' });
  const deferred = await new OnnxBackend().open({ kind: 'bytes', bytes: linear('N') }, { isDeferred: true });
  opened.push(deferred);
  expect(deferred.origin.sha256).toBe('');
  await deferred.ready();
  expect(deferred.origin.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(Array.from((await deferred.run(feeds, ['h']))['h']!.data as Float32Array)).toEqual([1, 0, 2, 3]);
});
