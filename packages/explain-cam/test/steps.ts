import { elementCount, float32, tensor } from '@understory/core';
import type { AttributeValue, Tensor } from '@understory/core';
import { linear, pointwiseConvolution } from '@understory/testing';
import type { ChainStep, Matrix } from '@understory/testing';

/** Another node for what a step of the chain computes. */
export function as(
  operator: string,
  step: ChainStep,
  changes: {
    readonly constants?: Readonly<Record<string, Tensor>>;
    readonly attributes?: Readonly<Record<string, AttributeValue>>;
  } = {},
): ChainStep {
  const { name, forward, backward } = step;
  return { operator, name, forward, backward, ...changes };
}

export const integers = (...values: readonly number[]): Tensor =>
  tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);

export const vector = (...values: readonly number[]): Tensor => float32(Float32Array.from(values), [values.length]);

/** The same numbers in other dimensions, under any of the operators that do that. */
export function reshaped(
  operator: string,
  name: string,
  dims: readonly number[],
  rest: Partial<ChainStep> = {},
): ChainStep {
  return {
    operator,
    name,
    forward: ({ dims: [batch = 0], data }) => ({ dims: [batch, ...dims], data }),
    backward: (_, gradient) => gradient,
    ...rest,
  };
}

/** y = factor x + offset with one number a channel, under the operator that the node names. */
export function affine(
  operator: string,
  name: string,
  factor: readonly number[],
  offset: readonly number[],
  rest: Partial<ChainStep>,
): ChainStep {
  const diagonal: Matrix = factor.map((value, row) => factor.map((_, column) => (row === column ? value : 0)));
  return { ...as(operator, pointwiseConvolution(name, diagonal, offset)), ...rest };
}

/** x B with B `[features, outputs]` and no bias. */
export function matMul(name: string, matrix: Matrix): ChainStep {
  const transposed = matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));
  const constants = {
    [`${name}.weight`]: float32(Float32Array.from(matrix.flat()), [matrix.length, matrix[0]!.length]),
  };
  return as(
    'MatMul',
    linear(
      name,
      transposed,
      transposed.map(() => 0),
    ),
    { constants },
  );
}

/** The mean over places of `[N, h, w, K]`, kept as `[N, 1, 1, K]`. */
export function channelsLastMean(name: string, rest: Partial<ChainStep>): ChainStep {
  return {
    operator: 'ReduceMean',
    name,
    forward({ dims: [batch = 0, height = 0, width = 0, channels = 0], data }) {
      const output = new Float64Array(batch * channels);
      const size = elementCount([height, width, channels]);
      data.forEach(
        (value, at) => (output[Math.floor(at / size) * channels + (at % channels)]! += value / (height * width)),
      );
      return { dims: [batch, 1, 1, channels], data: output };
    },
    backward({ dims: [, height = 0, width = 0, channels = 0], data }, gradient) {
      const size = height * width * channels;
      return data.map((_, at) => gradient[Math.floor(at / size) * channels + (at % channels)]! / (height * width));
    },
    ...rest,
  };
}

/** The mean over the last axis, which is gone behind it. */
export function meanOfLast(name: string): ChainStep {
  return {
    operator: 'ReduceMean',
    name,
    forward({ dims, data }) {
      const length = dims.at(-1)!;
      const output = new Float64Array(data.length / length);
      data.forEach((value, at) => (output[Math.floor(at / length)]! += value / length));
      return { dims: dims.slice(0, -1), data: output };
    },
    backward({ dims, data }, gradient) {
      const length = dims.at(-1)!;
      return data.map((_, at) => gradient[Math.floor(at / length)]! / length);
    },
  };
}
