import * as tf from '@tensorflow/tfjs-core';
import { append } from '@understory/core';
import type { Constant, Graph, Inference, Node } from '@understory/onnx-autodiff';
import type { KnownConstants } from './known-constants.ts';
import { channelsFirst, channelsLast, writtenBy } from './layouts.ts';
import type { Layout } from './operator.ts';
import { prepare } from './prepare.ts';
import { tensorFrom } from './support/dtype.ts';

export interface ConstantsParts {
  /** How messages call the model. */
  readonly model: string;
  readonly graph: Graph;
  readonly inference: Inference;
  /** Those of the graph before sizes were put in: what they know is made once for all sizes. */
  readonly parent?: Constants | undefined;
}

/** What a graph's tensors are that do not depend on what is fed, and what was made of them for the engine. */
export class Constants implements KnownConstants {
  private readonly parts: ConstantsParts;
  private readonly names: ReadonlySet<string>;
  private readonly kept = new Map<string, tf.Tensor>();

  constructor(parts: ConstantsParts) {
    this.parts = parts;
    this.names = namesOf(parts);
  }

  has(name: string): boolean {
    return this.names.has(name);
  }

  /** The elements of a constant. */
  numbers(name: string): readonly number[] {
    return this.parts.inference.numbers(name) ?? Array.from(this.constant(name).values);
  }

  constant(name: string): Constant {
    const { graph, inference, parent } = this.parts;
    if (parent?.has(name)) return parent.constant(name);
    const [known, numbers] = [inference.known(name), inference.numbers(name)];
    if (known && numbers) return { type: known.type, dims: known.dims, values: numbers };
    const own = graph.constant(name);
    if (own) return own;
    const value = this.tensor(name);
    const type =
      inference.value(name).type ?? (value.dtype === 'int32' ? 'int64' : value.dtype === 'bool' ? 'bool' : 'float32');
    return { type, dims: value.shape, values: value.dataSync() as Float32Array };
  }

  /** A constant on the engine, owned here; tensors of more than four axes and scalars have one layout. */
  tensor(name: string, layout: Layout = 'first'): tf.Tensor {
    const { graph, inference, parent } = this.parts;
    if (parent?.has(name)) return parent.tensor(name, layout);
    if (layout === 'last') {
      const own = this.tensor(name);
      if (own.rank === 0 || own.rank > 4) return own;
      return this.made(`channels last of ${name}`, () => channelsLast(own));
    }
    if (inference.numbers(name) || graph.constant(name)) {
      return this.made(`tensor ${name}`, () => tensorFrom(this.constant(name)));
    }
    this.evaluateFor(name);
    return this.kept.get(`tensor ${name}`)!;
  }

  /** What is made of one constant, where it is known longest. */
  of(name: string, form: string, make: (constant: Constant) => tf.Tensor): tf.Tensor {
    const { parent } = this.parts;
    if (parent?.has(name)) return parent.of(name, form, make);
    return this.made(`${form} of ${name}`, () => make(this.constant(name)));
  }

  made(key: string, make: () => tf.Tensor): tf.Tensor {
    const before = this.kept.get(key);
    if (before) return before;
    const tensor = tf.tidy(() => tf.keep(tf.clone(make())));
    this.kept.set(key, tensor);
    return tensor;
  }

  dispose(): void {
    for (const tensor of this.kept.values()) tensor.dispose();
    this.kept.clear();
  }

  /** Computes what a computed constant is made of before it, however many are behind one another. */
  private evaluateFor(name: string): void {
    const { graph } = this.parts;
    const waiting = [name];
    for (let next = waiting.at(-1); next !== undefined; next = waiting.at(-1)) {
      const node = this.isOpen(next) ? graph.nodes[graph.producerOf(next)!] : undefined;
      const reads = node?.inputs.filter((input) => input !== next && this.isOpen(input)) ?? [];
      if (reads.length > 0) {
        append(waiting, reads);
        continue;
      }
      waiting.pop();
      if (node) this.evaluate(node);
    }
  }

  /** Whether a constant is one that a node computes, and has not yet. */
  private isOpen(name: string): boolean {
    const { graph, inference, parent } = this.parts;
    if (name === '' || parent?.has(name) || this.kept.has(`tensor ${name}`)) return false;
    return !inference.numbers(name) && !graph.constant(name) && graph.producerOf(name) !== undefined;
  }

  /** Computes a node whose inputs are all constant. */
  private evaluate(node: Node): void {
    const { inference, model } = this.parts;
    const layout = writtenBy(node, inference, () => 'first');
    const compute = prepare(node, { model, inference, constants: this, layout });
    tf.tidy(() => {
      const results = [compute((input, asked = layout) => this.tensor(node.inputs[input]!, asked))].flat();
      node.outputs.forEach((output, at) => {
        const result = results[at];
        if (output === '' || result === undefined) return;
        const isTurned = layout === 'last' && result.rank === 4;
        this.kept.set(`tensor ${output}`, tf.keep(tf.clone(isTurned ? channelsFirst(result) : result)));
      });
    });
  }
}

/** Operators that give something else each time. */
const random = /^(Random|Multinomial|Bernoulli)/;

function namesOf({ graph, inference }: ConstantsParts): ReadonlySet<string> {
  const names = new Set(graph.initializers.keys());
  for (const { operator, inputs, outputs, captures } of graph.nodes) {
    const given = [...inputs, ...captures].filter(Boolean);
    const isFixed = operator === 'Constant' || (given.length > 0 && given.every((name) => names.has(name)));
    for (const output of outputs) {
      if (output && ((isFixed && !random.test(operator)) || inference.numbers(output))) names.add(output);
    }
  }
  return names;
}
