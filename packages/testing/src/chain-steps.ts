import { elementCount, float32 } from '@understory/core';
import type { AttributeValue, Tensor } from '@understory/core';

/** Numbers in row-major order; the first dimension is the batch. */
export interface Dense {
  readonly dims: readonly number[];
  readonly data: Float64Array;
}

/** One operation of a `ChainModel` with its derivative, both written out plainly. */
export interface ChainStep {
  /** In ONNX vocabulary. */
  readonly operator: string;
  /** The name of the tensor that it computes. */
  readonly name: string;
  /** Weights by tensor name, in the order in which they follow the computed input. */
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly modules?: readonly string[];
  forward(input: Dense): Dense;
  /** The gradient `[input's elements]` of a number whose gradient with respect to this step's output is `gradient`. */
  backward(input: Dense, gradient: Float64Array): Float64Array;
}

export type Matrix = readonly (readonly number[])[];

/** A 1x1 convolution; `weights` is `[outputs][channels]`, one bias an output. */
export function pointwiseConvolution(name: string, weights: Matrix, bias: readonly number[]): ChainStep {
  const channels = weights[0]!.length;
  return {
    operator: 'Conv',
    name,
    constants: {
      [`${name}.weight`]: float32(Float32Array.from(weights.flat()), [weights.length, channels, 1, 1]),
      [`${name}.bias`]: float32(Float32Array.from(bias), [bias.length]),
    },
    attributes: { kernel_shape: [1, 1] },
    forward({ dims: [batch = 0, , ...space], data }) {
      const places = elementCount(space);
      const output = new Float64Array(batch * weights.length * places);
      for (let at = 0; at < output.length; at += 1) {
        const [sample, to, place] = split(at, weights.length, places);
        output[at] = bias[to]!;
        for (let from = 0; from < channels; from += 1) {
          output[at]! += weights[to]![from]! * data[(sample * channels + from) * places + place]!;
        }
      }
      return { dims: [batch, weights.length, ...space], data: output };
    },
    backward({ dims: [batch = 0, , ...space] }, gradient) {
      const places = elementCount(space);
      const result = new Float64Array(batch * channels * places);
      for (let at = 0; at < result.length; at += 1) {
        const [sample, from, place] = split(at, channels, places);
        for (let to = 0; to < weights.length; to += 1) {
          result[at]! += weights[to]![from]! * gradient[(sample * weights.length + to) * places + place]!;
        }
      }
      return result;
    },
  };
}

/** max(x, 0), with gradient 0 at 0. */
export function relu(name: string): ChainStep {
  return {
    operator: 'Relu',
    name,
    forward: ({ dims, data }) => ({ dims, data: data.map((value) => Math.max(value, 0)) }),
    backward: ({ data }, gradient) => gradient.map((value, at) => (data[at]! > 0 ? value : 0)),
  };
}

/** The mean over all places, `[N, C, H, W]` to `[N, C, 1, 1]`. */
export function globalAveragePool(name: string): ChainStep {
  return {
    operator: 'GlobalAveragePool',
    name,
    forward({ dims: [batch = 0, channels = 0, ...space], data }) {
      const places = elementCount(space);
      const output = new Float64Array(batch * channels);
      data.forEach((value, at) => (output[Math.floor(at / places)]! += value / places));
      return { dims: [batch, channels, ...space.map(() => 1)], data: output };
    },
    backward({ dims: [, , ...space], data }, gradient) {
      const places = elementCount(space);
      return data.map((_, at) => gradient[Math.floor(at / places)]! / places);
    },
  };
}

/** Everything but the batch in one dimension. */
export function flatten(name: string): ChainStep {
  return {
    operator: 'Flatten',
    name,
    attributes: { axis: 1 },
    forward: ({ dims: [batch = 0, ...rest], data }) => ({ dims: [batch, elementCount(rest)], data }),
    backward: (_, gradient) => gradient,
  };
}

/** A fully connected layer as one Gemm; `weights` is `[outputs][features]`, one bias an output. */
export function linear(name: string, weights: Matrix, bias: readonly number[]): ChainStep {
  const { forward, backward } = pointwiseConvolution(name, weights, bias);
  return {
    operator: 'Gemm',
    name,
    constants: {
      [`${name}.weight`]: float32(Float32Array.from(weights.flat()), [weights.length, weights[0]!.length]),
      [`${name}.bias`]: float32(Float32Array.from(bias), [bias.length]),
    },
    attributes: { transB: 1 },
    forward,
    backward,
  };
}

function split(at: number, channels: number, places: number): [sample: number, channel: number, place: number] {
  return [Math.floor(at / (channels * places)), Math.floor(at / places) % channels, at % places];
}
