import { batchOf, checkTargetCount, closest, elementCount, errors, float32, toFloat32 } from '@understory/core';
import type {
  Derivative,
  Differentiability,
  DifferentiableModel,
  DifferentiateRequest,
  Feeds,
  GraphView,
  LayerSpec,
  ModelOrigin,
  Objective,
  Tensor,
  Tensors,
  TensorSpec,
} from '@understory/core';
import type { ChainStep, Dense } from './chain-steps.ts';

export interface ChainModelOptions {
  /** The input's dimensions without the batch. */
  readonly input: readonly number[];
  /** Each works on what the one before it computed; the last computes the output. */
  readonly steps: readonly ChainStep[];
}

/**
 * A small network in memory whose answer can be known in closed form: a chain of steps from the input `pixels` to one output.
 * It computes in float64 and is what a backend should be, so contract suites and explainers are tested on it.
 */
export class ChainModel implements DifferentiableModel {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly layers: readonly LayerSpec[];
  readonly graph: GraphView;
  readonly origin: ModelOrigin = {
    backend: 'chain',
    executionProvider: 'memory',
    sha256: '0'.repeat(64),
    remarks: [],
  };
  readonly #steps: readonly ChainStep[];
  /** All tensors in the order in which they are computed, the input first. */
  readonly #names: readonly string[];

  /** Throws a RangeError where two steps have one name. */
  constructor({ input, steps }: ChainModelOptions) {
    this.#steps = steps;
    this.#names = ['pixels', ...steps.map(({ name }) => name)];
    const twice = this.#names.find((name, at) => this.#names.indexOf(name) !== at);
    if (twice !== undefined) throw new RangeError(`two tensors are called "${twice}"`);
    this.inputs = [{ name: 'pixels', type: 'float32', dims: ['N', ...input] }];
    const trace = this.#trace({ dims: [1, ...input], data: new Float64Array(elementCount(input)) });
    this.layers = steps.map(({ name, operator, modules = [] }, at) => {
      const [, ...dims] = trace[at + 1]!.dims;
      return { name, type: 'float32', dims: ['N', ...dims], operator, modules };
    });
    this.outputs = this.layers.slice(-1).map(({ name, type, dims }) => ({ name, type, dims }));
    this.graph = graphOf(steps);
  }

  async run(feeds: Feeds, fetch: readonly string[]): Promise<Tensors> {
    for (const name of fetch) this.#placeOf(name);
    const trace = this.#trace(this.#inputOf(feeds));
    return this.#pick(trace, fetch);
  }

  async differentiate({ feeds, objective, withRespectTo, fetch = [] }: DifferentiateRequest): Promise<Derivative> {
    const input = this.#inputOf(feeds);
    checkTargetCount(objective, batchOf(feeds));
    for (const name of [...withRespectTo, ...fetch]) this.#placeOf(name);
    const trace = this.#trace(input);
    const value = new Float64Array(input.dims[0]!);
    const gradients = trace.map(({ data }) => new Float64Array(data.length));
    this.#seed(objective, 1, trace, value, gradients);
    for (let at = this.#steps.length - 1; at >= 0; at -= 1) {
      const passed = this.#steps[at]!.backward(trace[at]!, gradients[at + 1]!);
      passed.forEach((gradient, place) => (gradients[at]![place]! += gradient));
    }
    const derivatives = trace.map(({ dims }, at) => ({ dims, data: gradients[at]! }));
    return {
      value: Float32Array.from(value),
      gradients: this.#pick(derivatives, withRespectTo),
      fetched: this.#pick(trace, fetch),
    };
  }

  differentiability(output: string, tensor: string): Differentiability {
    return this.#placeOf(tensor) <= this.#placeOf(output)
      ? { differentiable: true }
      : { differentiable: false, reason: 'noPath', message: `"${output}" does not depend on "${tensor}".` };
  }

  async close(): Promise<void> {
    // Nothing is held open.
  }

  /** Adds `weight` times an objective to its value and to the gradients of what it reads. */
  #seed(
    objective: Objective,
    weight: number,
    trace: readonly Dense[],
    value: Float64Array,
    gradients: readonly Float64Array[],
  ): void {
    if (objective.kind === 'sum') {
      for (const term of objective.terms) this.#seed(term.of, weight * term.weight, trace, value, gradients);
      return;
    }
    if (objective.kind === 'cotangent') {
      for (const [name, cotangent] of Object.entries(objective.cotangents)) {
        const place = this.#placeOf(name);
        const size = trace[place]!.data.length / value.length;
        toFloat32(cotangent).forEach((factor, at) => {
          value[Math.floor(at / size)]! += weight * factor * trace[place]!.data[at]!;
          gradients[place]![at]! += weight * factor;
        });
      }
      return;
    }
    const place = this.#placeOf(objective.output);
    const [, ...dims] = trace[place]!.dims;
    const size = elementCount(dims);
    for (let sample = 0; sample < value.length; sample += 1) {
      const row = trace[place]!.data.subarray(sample * size, (sample + 1) * size);
      const gradient = gradients[place]!.subarray(sample * size, (sample + 1) * size);
      if (objective.kind === 'score') {
        const at = offsetOf(objective.index[sample]!, dims);
        value[sample]! += weight * row[at]!;
        gradient[at]! += weight;
      } else {
        const target = offsetOf([objective.target[sample]!], dims);
        const largest = Math.max(...row);
        const total = row.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
        value[sample]! += weight * (largest + Math.log(total) - row[target]!);
        row.forEach((logit, at) => (gradient[at]! += (weight * Math.exp(logit - largest)) / total));
        gradient[target]! -= weight;
      }
    }
  }

  #trace(input: Dense): readonly Dense[] {
    const trace = [input];
    for (const step of this.#steps) trace.push(step.forward(trace.at(-1)!));
    return trace;
  }

  #pick(values: readonly Dense[], names: readonly string[]): Tensors {
    return Object.fromEntries(
      names.map((name): [string, Tensor] => {
        const { dims, data } = values[this.#placeOf(name)]!;
        return [name, float32(Float32Array.from(data), dims)];
      }),
    );
  }

  #placeOf(name: string): number {
    const place = this.#names.indexOf(name);
    if (place < 0) throw errors.unknownLayer({ layer: name, suggestions: closest(name, this.#names) });
    return place;
  }

  #inputOf(feeds: Feeds): Dense {
    const { name, dims: [, ...expected] = [] } = this.inputs[0]!;
    const { [name]: tensor, ...others } = feeds;
    const [stranger] = Object.keys(others);
    const found = tensor === undefined ? 'no such feed' : `${tensor.type} [${tensor.dims.join(', ')}]`;
    const fits = tensor?.type === 'float32' && tensor.dims.slice(1).join() === expected.join();
    if (tensor === undefined || !fits || stranger !== undefined) {
      throw errors.feedsInvalid({
        input: fits && stranger !== undefined ? stranger : name,
        found: fits && stranger !== undefined ? `a feed named "${stranger}"` : found,
        expected: `"${name}": float32 [N, ${expected.join(', ')}]`,
      });
    }
    return { dims: tensor.dims, data: Float64Array.from(toFloat32(tensor)) };
  }
}

function offsetOf(index: readonly number[], dims: readonly number[]): number {
  return index.reduce((offset, place, axis) => {
    const size = dims[axis]!;
    if (!Number.isInteger(place) || place < 0 || place >= size) {
      throw errors.classOutOfRange({ index: place, classCount: size });
    }
    return offset * size + place;
  }, 0);
}

function graphOf(steps: readonly ChainStep[]): GraphView {
  const constants = new Map(steps.flatMap((step) => Object.entries(step.constants ?? {})));
  return {
    nodes: steps.map(({ operator, name, constants: own = {}, attributes = {} }, at) => ({
      operator,
      name: `/${name}`,
      inputs: [steps[at - 1]?.name ?? 'pixels', ...Object.keys(own)],
      outputs: [name],
      attributes,
    })),
    constant: (name) => constants.get(name),
  };
}
