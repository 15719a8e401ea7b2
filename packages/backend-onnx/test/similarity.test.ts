import { afterAll, describe, expect, it } from '@jest/globals';
import { float32, tensor, toFloat32, type Objective, type Tensor } from '@understory/core';
import { Node, toFloat16, type Constant, type ElementType } from '@understory/onnx-autodiff';
import { OnnxBackend } from '../src/index.ts';
import type { OnnxModel } from '../src/onnx-model.ts';
import { modelFile } from './models.ts';

const opened: OnnxModel[] = [];
afterAll(() => Promise.all(opened.map((model) => model.close())));

/** y is x, laid out as `shape` says. */
async function laidOut(
  input: readonly (number | string)[],
  shape: readonly number[],
  { type = 'float32', ...options }: { type?: ElementType; gradientPrecision?: 'float32' | 'model' } = {},
): Promise<OnnxModel> {
  const weights: Readonly<Record<string, Constant>> = { shape: { type: 'int64', dims: [shape.length], values: shape } };
  const output = ['N', ...shape.slice(1).map((_, axis) => `size${axis}`)];
  const nodes = [Node.of('Reshape', ['x', 'shape'], ['y'])];
  const bytes = modelFile({ input, output, nodes, weights, type });
  const model = await new OnnxBackend().open({ kind: 'bytes', bytes }, { threads: 1, ...options });
  opened.push(model);
  return model;
}

const x = float32(Float32Array.of(3, 4, 0, 1, 2, 2), [2, 3]);
const to = float32(Float32Array.of(2, 0, 0, 0, -0.5, 0), [2, 3]);
const objective: Objective = { kind: 'similarity', output: 'y', to, scale: 10 };
/** 10 (t - c v) / |x| with cosines c of 0.6 and -2/3, lengths of 5 and 3. */
const expected = [1.28, -0.96, 0, 20 / 27, -50 / 27, 40 / 27];

function expectClose(found: ArrayLike<number>, wanted: readonly number[], digits = 5): void {
  expect(found).toHaveLength(wanted.length);
  wanted.forEach((value, at) => expect(found[at]).toBeCloseTo(value, digits));
}

describe('a similarity', () => {
  it.each([
    ['[N, D]', ['N', 3], [0, 3]],
    ['[N, D, 1, 1]', ['N', 3], [0, 3, 1, 1]],
    ['[N, 1, D]', ['N', 3], [0, 1, 3]],
    ['[N, D] whose size is not known ahead', ['N', 'D'], [0, -1]],
    ['[N, 1, D] whose size is not known ahead', ['N', 'D'], [0, 1, -1]],
    ['[1, D], a sample at a time', [1, 3], [0, 3]],
  ])('reads an output %s', async (_, input, shape) => {
    const model = await laidOut(input, shape);
    const { value, gradients } = await model.differentiate({ feeds: { x }, objective, withRespectTo: ['x'] });
    expectClose(value, [6, -20 / 3]);
    expectClose(toFloat32(gradients['x']!), expected);
  });

  it.each(['float32', 'model'] as const)('reads half precision, with gradients in that of %s', async (precision) => {
    const model = await laidOut(['N', 3], [0, 3], { type: 'float16', gradientPrecision: precision });
    // The squares of 300 are beyond the largest half.
    const half = tensor('float16', Uint16Array.from([300, 400, 0, 1, 2, 2], toFloat16), [2, 3]);
    const { value, gradients } = await model.differentiate({ feeds: { x: half }, objective, withRespectTo: ['x'] });
    expectClose(value, [6, -20 / 3], 4);
    const scaled = expected.map((slope, at) => (at < 3 ? slope / 100 : slope));
    expectClose(toFloat32(gradients['x']!), scaled, 3);
    const none = tensor('float16', new Uint16Array(6), [2, 3]);
    const atZero = await model.differentiate({ feeds: { x: none }, objective, withRespectTo: ['x'] });
    expect(Array.from(atZero.value)).toEqual([0, 0]);
    expect(toFloat32(atZero.gradients['x']!).every(Number.isFinite)).toBe(true);
  });

  it('of a vector of zeros is 0, its gradient that of a vector of length 1e-8', async () => {
    const model = await laidOut(['N', 3], [0, 3]);
    const feeds = { x: float32(new Float32Array(6), [2, 3]) };
    const { value, gradients } = await model.differentiate({ feeds, objective, withRespectTo: ['x'] });
    expect(Array.from(value, Math.abs)).toEqual([0, 0]);
    expectClose(
      toFloat32(gradients['x']!).map((slope) => slope / 1e9),
      [1, 0, 0, 0, -1, 0],
    );
  });

  it.each([
    ['known ahead', 3],
    ['not known ahead', 'D'],
  ])('refuses vectors of another width than that of the output, which is %s', async (_, width) => {
    const model = await laidOut(['N', width], [0, -1]);
    for (const size of [1, 2, 4]) {
      const wrong = float32(new Float32Array(2 * size).fill(1), [2, size]);
      const terms = [{ weight: 1, of: { ...objective, to: wrong } as Objective }];
      for (const one of [terms[0]!.of, { kind: 'sum', terms } as const]) {
        await expect(model.differentiate({ feeds: { x }, objective: one, withRespectTo: ['x'] })).rejects.toMatchObject(
          {
            code: 'SIMILARITY_INVALID',
            message: 'The similarity of "y" cannot be computed.',
            found: `vectors [2, ${size}]`,
            expected: '[N, 3], one vector a sample',
          },
        );
      }
    }
  });

  it('serves any vectors and scale with one graph', async () => {
    const model = await laidOut(['N', 3], [0, 3]);
    const valueOf = async (vectors: Tensor<'float32'>, scale?: number) => {
      const one = { kind: 'similarity', output: 'y', to: vectors, ...(scale !== undefined && { scale }) } as const;
      return Array.from((await model.differentiate({ feeds: { x }, objective: one, withRespectTo: ['x'] })).value);
    };
    expectClose(await valueOf(to), [0.6, -2 / 3]);
    expectClose(await valueOf(to, -2), [-1.2, 4 / 3]);
    expectClose(await valueOf(x), [1, 1]);
    // Another picture's output as it comes.
    expectClose(await valueOf(float32(x.data, [2, 3, 1, 1])), [1, 1]);
  });

  it('is written into a file that takes unit vectors times the scale', async () => {
    const model = await laidOut(['N', 3], [0, 3]);
    const file = await model.differentiatedFile({
      objective: { kind: 'similarity', output: 'y' },
      withRespectTo: ['x'],
    });
    expect(file.objectiveInputs).toEqual([{ name: 'objective.to', type: 'float32', dims: ['N', 3] }]);
    const derived = await new OnnxBackend().open({ kind: 'bytes', bytes: file.bytes }, { threads: 1 });
    opened.push(derived);
    const vectors = float32(Float32Array.of(10, 0, 0, 0, -10, 0), [2, 3]);
    const gradient = file.gradients['x']!;
    const results = await derived.run({ x, 'objective.to': vectors }, [file.value, gradient]);
    expectClose(toFloat32(results[file.value]!), [6, -20 / 3]);
    expectClose(toFloat32(results[gradient]!), expected);
  });
});
