import {
  checkFeeds,
  checkProgram,
  checkSamplesApart,
  closest,
  elementCount,
  errors,
  float32,
  gradientsOf,
  operandsOf,
  type CompiledProgram,
  type Expression,
  type Program,
  type Tensor,
  type Tensors,
  type TensorSpec,
} from '@understory/core';
import type { ChainStep, Dense } from './chain-steps.ts';
import { computeExpression } from './dense-expressions.ts';

/** A value with the way back to what it was computed from. */
interface Entry extends Dense {
  readonly batched: boolean;
  readonly from: readonly Entry[];
  backward(gradient: Float64Array): readonly (Float64Array | undefined)[];
}

/** A program around a chain of steps, interpreted in float64 one expression after the other. */
export class ChainProgram implements CompiledProgram {
  readonly #program: Program;
  readonly #input: TensorSpec;
  readonly #steps: readonly ChainStep[];

  /** Throws PROGRAM_INVALID and UNKNOWN_LAYER. */
  constructor(program: Program, input: TensorSpec, steps: readonly ChainStep[]) {
    checkProgram(program, [input]);
    this.#program = program;
    this.#input = input;
    this.#steps = steps;
    // Report wrong shapes now and not on the first run; sizes that are open are tried as 1.
    this.#run(
      Object.fromEntries(
        program.inputs.map(({ name, dims = ['N'] }) => {
          const sizes = dims.map((dim, axis) => (axis === 0 || typeof dim === 'string' ? 1 : dim));
          return [name, { dims: sizes, data: new Float64Array(elementCount(sizes)).fill(0) }];
        }),
      ),
    );
  }

  async run(inputs: Tensors): Promise<Tensors> {
    checkFeeds(this.#program.inputs, inputs);
    const results = this.#run(
      Object.fromEntries(Object.entries(inputs).map(([name, { dims, data }]) => [name, { dims, data: numbers(data) }])),
    );
    return Object.fromEntries(
      Object.entries(this.#program.outputs).map(([name, one]) => {
        const { dims, data } = results[name]!;
        return [name, one.kind === 'input' ? inputs[one.name]! : float32(Float32Array.from(data), dims)];
      }),
    );
  }

  async close(): Promise<void> {
    // Nothing is held open.
  }

  #run(inputs: Readonly<Record<string, Dense>>): Readonly<Record<string, Dense>> {
    const { feeds, objective, outputs } = this.#program;
    const tape: Entry[] = [];
    const record = (value: Dense & Partial<Entry>): Entry => {
      const entry = { batched: true, from: [], backward: () => [], ...value };
      tape.push(entry);
      return entry;
    };
    const fed = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, record({ ...value })]));
    const tensors = new Map<string, Entry>();
    const values = new Map<Expression, Entry>();
    let total: Entry | undefined;
    let gradients: ReadonlyMap<Entry, Float64Array> = new Map();

    const leaf = (one: Expression): Entry | undefined => {
      if (one.kind === 'input') return fed[one.name]!;
      if (one.kind === 'objective') return total!;
      if (one.kind === 'gradient') {
        const { dims, data } = fed[one.of]!;
        return record({ dims, data: gradients.get(fed[one.of]!) ?? new Float64Array(data.length) });
      }
      if (one.kind !== 'tensor') return undefined;
      const found = tensors.get(one.name);
      if (found) return found;
      throw errors.unknownLayer({ layer: one.name, suggestions: closest(one.name, [...tensors.keys()]) });
    };
    const evaluate = (one: Expression): Entry => {
      const existing = values.get(one) ?? leaf(one);
      if (existing) {
        values.set(one, existing);
        return existing;
      }
      const from = operandsOf(one).map(evaluate);
      checkSamplesApart(one, from);
      this.#checkIndex(one);
      // Leaves were handed back above.
      const computed = computeExpression(one as Parameters<typeof computeExpression>[0], from);
      const entry = record({ ...computed, from, batched: from.some(({ batched }) => batched) });
      values.set(one, entry);
      return entry;
    };

    const { name } = this.#input;
    let last = this.#checkedFeed(evaluate(feeds[name]!));
    tensors.set(name, last);
    for (const step of this.#steps) {
      const input = last;
      const backward = (gradient: Float64Array) => [step.backward(input, gradient)];
      last = record({ ...step.forward(input), from: [input], backward });
      tensors.set(step.name, last);
    }
    if (objective) {
      const { dims, data, ...own } = checkedObjective(evaluate(objective));
      total = record({ ...own, dims: dims.slice(0, 1), data });
      if (gradientsOf(this.#program).length > 0) gradients = gradientsFrom(total, tape);
    }
    return Object.fromEntries(Object.entries(outputs).map(([output, one]) => [output, evaluate(one)]));
  }

  #checkIndex(one: Expression): void {
    if (one.kind !== 'pick' && one.kind !== 'addAt') return;
    const { index } = one;
    const spec = this.#program.inputs.find(({ name }) => index.kind === 'input' && name === index.name);
    if (spec?.type === 'int64') return;
    throw errors.programInvalid({ found: `an index that is ${index.kind}`, expected: 'an int64 input [N]' });
  }

  #checkedFeed(entry: Entry): Entry {
    const { name, dims: [, ...expected] = [] } = this.#input;
    if (entry.dims.slice(1).join() === expected.join()) return entry;
    throw errors.programInvalid({
      found: `[${entry.dims.join(', ')}] for "${name}"`,
      expected: `[N, ${expected.join(', ')}]`,
    });
  }
}

/** Reverse mode over everything that was recorded until the objective. */
function gradientsFrom(objective: Entry, tape: readonly Entry[]): ReadonlyMap<Entry, Float64Array> {
  const gradients = new Map<Entry, Float64Array>([[objective, new Float64Array(objective.data.length).fill(1)]]);
  for (const entry of tape.toReversed()) {
    const gradient = gradients.get(entry);
    if (!gradient) continue;
    entry.backward(gradient).forEach((passed, at) => {
      if (!passed) return;
      const source = entry.from[at]!;
      const existing = gradients.get(source);
      gradients.set(source, existing ? existing.map((value, place) => value + passed[place]!) : passed);
    });
  }
  return gradients;
}

function checkedObjective(entry: Entry): Entry {
  const { dims } = entry;
  if (entry.batched && (dims.length === 1 || (dims.length === 2 && dims[1] === 1))) return entry;
  throw errors.programInvalid({ found: `an objective [${dims.join(', ')}]`, expected: '[N] or [N, 1]' });
}

function numbers(data: Tensor['data']): Float64Array {
  return Float64Array.from(data as ArrayLike<number | bigint>, Number);
}
