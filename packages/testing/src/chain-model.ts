import {
  batchOf,
  checkRules,
  checkTargetCount,
  closest,
  elementCount,
  errors,
  float32,
  largestOf,
  shortestLength,
  similarityVectors,
  toFloat32,
} from '@understory/core';
import type {
  Derivative,
  Differentiability,
  DifferentiableModel,
  DifferentiateRequest,
  Feeds,
  GradientRules,
  GraphView,
  HessianProductRequest,
  LayerSpec,
  ModelOrigin,
  Objective,
  Program,
  Tensor,
  Tensors,
  TensorSpec,
} from '@understory/core';
import { ChainProgram } from './chain-program.ts';
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
  readonly gradientRules: readonly GradientRules[] = ['guided'];
  readonly #steps: readonly ChainStep[];
  /** All tensors in the order in which they are computed, the input first. */
  readonly #names: readonly string[];
  #isClosed = false;

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
    this.#checkOpen();
    for (const name of fetch) this.#placeOf(name);
    const trace = this.#trace(this.#inputOf(feeds));
    return this.#pick(trace, fetch);
  }

  async runFrom(feeds: Feeds, activations: Tensors, fetch: readonly string[]): Promise<Tensors> {
    this.#checkOpen();
    const input = this.#inputOf(feeds);
    for (const name of fetch) this.#placeOf(name);
    const given = Object.entries(activations).map(([name, tensor]) => [this.#layerPlaceOf(name), tensor] as const);
    for (const [place, tensor] of given) this.#checkActivation(place, tensor, batchOf(feeds));
    const dense = given.map(([place, tensor]) => [place, denseOf(tensor)] as const);
    return this.#pick(this.#trace(input, new Map(dense)), fetch);
  }

  async differentiate(request: DifferentiateRequest): Promise<Derivative> {
    this.#checkOpen();
    const { feeds, objective, withRespectTo, fetch = [], rules } = request;
    const input = this.#inputOf(feeds);
    checkRules(this, request);
    checkTargetCount(objective, batchOf(feeds));
    for (const name of [...withRespectTo, ...fetch]) this.#placeOf(name);
    const trace = this.#trace(input);
    const { value, gradients } = this.#backward(trace, objective, rules === 'guided');
    const derivatives = trace.map(({ dims }, at) => ({ dims, data: gradients[at]! }));
    return {
      value: Float32Array.from(value),
      gradients: this.#pick(derivatives, withRespectTo),
      fetched: this.#pick(trace, fetch),
    };
  }

  /** By central differences of the gradients: in float64 they are right to nine digits, and 0 where the gradients do not change. */
  async hessianProduct({ feeds, objective, withRespectTo, direction }: HessianProductRequest): Promise<Tensor> {
    this.#checkOpen();
    const input = this.#inputOf(feeds);
    checkTargetCount(objective, batchOf(feeds));
    const place = this.#placeOf(withRespectTo);
    if (place > 0) this.#checkActivation(place, direction, batchOf(feeds));
    const { dims, data } = this.#trace(input)[place]!;
    const along = toFloat32(direction);
    const step = 1e-5;
    const gradientAt = (distance: number): Float64Array => {
      const moved = { dims, data: data.map((value, at) => value + distance * along[at]!) };
      const trace = place === 0 ? this.#trace(moved) : this.#trace(input, new Map([[place, moved]]));
      return this.#backward(trace, objective, false).gradients[place]!;
    };
    const [ahead, behind] = [gradientAt(step), gradientAt(-step)];
    return float32(
      Float32Array.from(ahead, (value, at) => (value - behind[at]!) / (2 * step)),
      dims,
    );
  }

  async compile(program: Program): Promise<ChainProgram> {
    this.#checkOpen();
    return new ChainProgram(program, this.inputs[0]!, this.#steps);
  }

  differentiability(output: string, tensor: string): Differentiability {
    return this.#placeOf(tensor) <= this.#placeOf(output)
      ? { differentiable: true }
      : { differentiable: false, reason: 'noPath', message: `"${output}" does not depend on "${tensor}".` };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw errors.modelClosed({ backend: this.origin.backend });
  }

  /** The value of each sample, and the gradients of all tensors by their places. */
  #backward(trace: readonly Dense[], objective: Objective, areGuided: boolean) {
    const value = new Float64Array(trace[0]!.dims[0]!);
    const gradients = trace.map(({ data }) => new Float64Array(data.length));
    this.#seed(objective, 1, trace, value, gradients);
    for (let at = this.#steps.length - 1; at >= 0; at -= 1) {
      const step = this.#steps[at]!;
      const isGuided = areGuided && step.operator === 'Relu';
      const coming = gradients[at + 1]!;
      const passed = step.backward(trace[at]!, isGuided ? coming.map((gradient) => Math.max(gradient, 0)) : coming);
      passed.forEach((gradient, place) => (gradients[at]![place]! += gradient));
    }
    return { value, gradients };
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
      if (objective.kind === 'similarity') {
        const to = similarityVectors(objective, dims).data.subarray(sample * size, (sample + 1) * size);
        const length = Math.sqrt(row.reduce((sum, number) => sum + number * number, 0));
        const divisor = Math.max(length, shortestLength);
        const cosine = row.reduce((sum, number, at) => sum + number * to[at]!, 0) / divisor;
        value[sample]! += weight * cosine;
        row.forEach((number, at) => {
          const along = length < shortestLength ? 0 : (cosine * number) / divisor;
          gradient[at]! += (weight * (to[at]! - along)) / divisor;
        });
      } else if (objective.kind === 'score') {
        const at = offsetOf(objective.index[sample]!, dims);
        value[sample]! += weight * row[at]!;
        gradient[at]! += weight;
      } else {
        const target = offsetOf([objective.target[sample]!], dims);
        const largest = largestOf(row);
        const total = row.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
        value[sample]! += weight * (largest + Math.log(total) - row[target]!);
        row.forEach((logit, at) => (gradient[at]! += (weight * Math.exp(logit - largest)) / total));
        gradient[target]! -= weight;
      }
    }
  }

  /** `given` has the values of some tensors by their places. */
  #trace(input: Dense, given: ReadonlyMap<number, Dense> = new Map()): readonly Dense[] {
    const trace = [input];
    for (const step of this.#steps) {
      trace.push(given.get(trace.length) ?? step.forward(trace.at(-1)!));
    }
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

  #layerPlaceOf(name: string): number {
    const place = this.#placeOf(name);
    if (place === 0) throw errors.unknownLayer({ layer: name, suggestions: [] });
    return place;
  }

  #checkActivation(place: number, tensor: Tensor, batch: number): void {
    const { name, dims: [, ...expected] = [] } = this.layers[place - 1]!;
    if (tensor.type === 'float32' && tensor.dims.join() === [batch, ...expected].join()) return;
    throw errors.feedsInvalid({
      input: name,
      found: `${tensor.type} [${tensor.dims.join(', ')}]`,
      expected: `float32 [${[batch, ...expected].join(', ')}]`,
    });
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
    return denseOf(tensor);
  }
}

function denseOf(tensor: Tensor): Dense {
  return { dims: tensor.dims, data: Float64Array.from(toFloat32(tensor)) };
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
