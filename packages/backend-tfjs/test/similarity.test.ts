import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { TfjsBackend } from '@understory/backend-tfjs';
import { float32, toFloat32, type Objective } from '@understory/core';
import { engines } from './engines.ts';
import { attribute, graphModelFile } from './models.ts';

const x = [3, 4, 0, 1, 2, 2];
const to = float32(Float32Array.of(2, 0, 0, 0, -0.5, 0), [2, 3]);
/** 10 (t - c v) / |x| with cosines c of 0.6 and -2/3, lengths of 5 and 3. */
const expected = [1.28, -0.96, 0, 20 / 27, -50 / 27, 40 / 27];

/** y is the ReLU of x. */
const relu = (dims: readonly number[]) =>
  graphModelFile({
    input: [-1, ...dims],
    nodes: [{ name: 'y', op: 'Relu', input: ['x'], attr: { T: attribute.type('DT_FLOAT') } }],
  });

async function derivativeOf(engine: string, dims: readonly number[], values: readonly number[], objective: Objective) {
  const model = await new TfjsBackend().open(relu(dims), { devices: [engine] });
  const feeds = { x: float32(Float32Array.from(values), [2, ...dims]) };
  try {
    return await model.differentiate({ feeds, objective, withRespectTo: ['x'] });
  } finally {
    await model.close();
  }
}

function expectClose(found: ArrayLike<number>, wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  wanted.forEach((value, at) => expect(found[at]).toBeCloseTo(value, 5));
}

describe.each(engines)('a similarity on %s', (engine) => {
  const objective: Objective = { kind: 'similarity', output: 'y', to, scale: 10 };
  // Not quite zero, so that ReLU lets its gradient pass.
  const tiny = 1e-20;
  const almost = x.map((value) => value || tiny);

  it.each([[[3]], [[1, 3]], [[1, 1, 3]]])('reads an output whose samples are %j', async (dims) => {
    const { value, gradients } = await derivativeOf(engine, dims, almost, objective);
    expectClose(value, [6, -20 / 3]);
    expect(gradients['x']!.dims).toEqual([2, ...dims]);
    expectClose(toFloat32(gradients['x']!), expected);
  });

  it('is finite at a vector of zeros, and has the gradient of length 1e-8 just above', async () => {
    const zero = await derivativeOf(engine, [3], [0, 0, 0, 1, 2, 2], objective);
    expectClose(zero.value, [0, -20 / 3]);
    expectClose(toFloat32(zero.gradients['x']!).slice(3), expected.slice(3));
    expect(toFloat32(zero.gradients['x']!).every(Number.isFinite)).toBe(true);
    const above = await derivativeOf(engine, [3], [tiny, tiny, tiny, 1, 2, 2], objective);
    expectClose(
      toFloat32(above.gradients['x']!)
        .slice(0, 3)
        .map((slope) => slope / 1e9),
      [1, 0, 0],
    );
  });

  it('holds lengths whose squares float32 does not', async () => {
    const large = almost.map((value) => value * 1e25);
    const { value, gradients } = await derivativeOf(engine, [3], large, objective);
    expectClose(value, [6, -20 / 3]);
    expectClose(
      toFloat32(gradients['x']!).map((slope) => slope * 1e25),
      expected,
    );
  });

  it('leaves no tensor behind', async () => {
    const model = await new TfjsBackend().open(relu([3]), { devices: [engine] });
    const feeds = { x: float32(Float32Array.from(almost), [2, 3]) };
    const once = () => model.differentiate({ feeds, objective, withRespectTo: ['x'] });
    await once();
    const before = tf.memory().numTensors;
    await once();
    expect(tf.memory().numTensors).toBe(before);
    await model.close();
  });

  it('refuses vectors of another width', async () => {
    for (const size of [1, 2, 4]) {
      const wrong = float32(new Float32Array(2 * size).fill(1), [2, size]);
      await expect(derivativeOf(engine, [3], x, { ...objective, to: wrong } as Objective)).rejects.toMatchObject({
        code: 'SIMILARITY_INVALID',
        found: `vectors [2, ${size}]`,
        expected: '[N, 3], one vector a sample',
      });
    }
  });
});
