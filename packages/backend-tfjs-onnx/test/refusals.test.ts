import { describe, expect, it } from '@jest/globals';
import { TfjsBackend } from '@understory/backend-tfjs';
import {
  elementCount,
  float32,
  isDiagnosed,
  seededRandom,
  toFloat32,
  type Tensor,
  type Tensors,
} from '@understory/core';
import * as ort from 'onnxruntime-node';
import { engines } from './engines.ts';
import { drawn, hostile } from './hostile-rows.ts';
import { modelOf, type Row } from './model.ts';

/** Rows of every operator; many more were tried when the rules were written. */
const rows = 6;

/** A sweep on a busy machine takes its time. */
const patience = 120_000;

/** What ONNX allows and ONNX Runtime has not written. */
const unwritten = /Dilation not supported for AutoPadType|padding values must be non-negative|mode only supports/;

describe('sizes that ONNX Runtime refuses are refused by every engine, and others give its numbers', () => {
  it.each(Object.keys(hostile))(
    '%s',
    async (operator) => {
      for (let at = 0; at < rows; at += 1) {
        const row = drawn(operator, seededRandom(`refusals ${operator} ${at}`), `refusals ${at}`);
        const { bytes } = modelOf(row);
        const feeds = feedsOf(row);
        const expected = await byRuntime(bytes, feeds);
        if (typeof expected === 'string' && unwritten.test(expected)) continue;
        for (const engine of engines) {
          const found = await byTfjs(bytes, feeds, engine);
          const title = `${engine} ${row.sizes} ${JSON.stringify(row.inputs)} ${JSON.stringify(row.attributes)}`;
          if (typeof expected === 'string') expect({ title, found }).toEqual({ title, found: expect.any(String) });
          // What has no elements, and forms that are not written here, are refused too.
          else if (typeof found !== 'string')
            expect({ title, apart: apart(expected, found) }).toEqual({ title, apart: 0 });
        }
      }
    },
    patience,
  );

  it(
    'accepts most of what ONNX Runtime accepts',
    async () => {
      const tally = { accepted: 0, refused: 0 };
      for (const operator of ['Conv', 'MaxPool', 'MatMul', 'Pad', 'Reshape', 'Slice', 'Concat']) {
        for (let at = 0; at < 10; at += 1) {
          const row = drawn(operator, seededRandom(`accepts ${operator} ${at}`), `accepts ${at}`);
          const { bytes } = modelOf(row);
          const expected = await byRuntime(bytes, feedsOf(row));
          if (typeof expected === 'string' || elementCount(expected.dims) === 0) continue;
          const found = await byTfjs(bytes, feedsOf(row), 'cpu');
          tally[typeof found === 'string' ? 'refused' : 'accepted'] += 1;
        }
      }
      expect(tally.accepted).toBeGreaterThan(20);
      expect(tally.refused).toBeLessThanOrEqual(tally.accepted / 10);
    },
    patience,
  );
});

function feedsOf(row: Row): Tensors {
  const random = seededRandom(row.form);
  return Object.fromEntries(
    row.inputs.flatMap((input, at): [string, Tensor][] => {
      if (!input || !('fed' in input)) return [];
      const values = Float32Array.from({ length: elementCount(input.fed) }, () => 0.5 + random.uniform());
      return [[`x${at}`, float32(values, input.fed)]];
    }),
  );
}

/** The output, or why there is none. */
async function byRuntime(bytes: Uint8Array, feeds: Tensors): Promise<Tensor | string> {
  try {
    const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4 });
    const given = Object.fromEntries(
      Object.entries(feeds).map(([name, { data, dims }]) => [
        name,
        new ort.Tensor('float32', data as Float32Array, [...dims]),
      ]),
    );
    const { y } = await session.run(given, ['y']);
    return float32(Float32Array.from(y!.data as Float32Array), y!.dims);
  } catch (error) {
    return (error as Error).message;
  }
}

async function byTfjs(bytes: Uint8Array, feeds: Tensors, engine: string): Promise<Tensor | string> {
  try {
    const model = await new TfjsBackend().open({ kind: 'bytes', bytes }, { devices: [engine] });
    try {
      return (await model.run(feeds, ['y']))['y']!;
    } finally {
      await model.close();
    }
  } catch (error) {
    if (!isDiagnosed(error)) throw error;
    return error.found;
  }
}

/** 0 within the tolerance. */
function apart(expected: Tensor, found: Tensor): number {
  expect(found.dims).toEqual([...expected.dims]);
  const [left, right] = [toFloat32(expected), toFloat32(found)];
  const most = left.reduce(
    (sum, value, at) => Math.max(sum, Math.abs(value - right[at]!) / Math.max(1, Math.abs(value))),
    0,
  );
  return most < 1e-3 ? 0 : most;
}
