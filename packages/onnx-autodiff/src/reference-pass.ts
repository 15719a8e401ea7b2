import type { GraphBuilder } from './builder.ts';
import { errors } from './errors.ts';
import type { Graph } from './graph.ts';
import type { Node } from './node.ts';
import type { Value } from './types.ts';

/** What they compute depends on the sizes of tensors alone, which are those of the reference too. */
const ofSizes = new Set(['EyeLike', 'RandomNormalLike', 'RandomUniformLike', 'Shape', 'Size']);

/** The forward pass once more, fed with a reference in place of some inputs: nodes are written again when one of their tensors is first asked for. */
export class ReferencePass {
  /** The input that takes the reference of each input. */
  readonly inputs: ReadonlyMap<string, Value>;
  private readonly builder: GraphBuilder;
  private readonly graph: Graph;
  private readonly dependent: ReadonlySet<string>;
  private readonly twins: Map<string, Value>;

  /** `names` are inputs of the graph; throws GRADIENT_UNKNOWN_TENSOR. */
  constructor(builder: GraphBuilder, graph: Graph, names: readonly string[]) {
    const values = new Map(graph.inputs.map((input) => [input.name, input]));
    this.builder = builder;
    this.graph = graph;
    this.inputs = new Map(
      names.map((name) => {
        const { type, shape } = values.get(name) ?? fail(name, values.keys());
        return [name, builder.input(`${name}.reference`, type ?? 'float32', shape)];
      }),
    );
    this.twins = new Map(this.inputs);
    this.dependent = dependentOn(names, graph.nodes);
  }

  /** The same tensor computed from the reference; the tensor itself where it does not depend on it. */
  of(value: Value): Value {
    if (!this.dependent.has(value.name)) return value;
    if (!this.twins.has(value.name)) this.write(value.name);
    return this.twins.get(value.name)!;
  }

  /** Writes what computes a tensor, but for what is there. */
  private write(name: string): void {
    const needed = new Set([name]);
    const nodes: Node[] = [];
    for (let at = this.graph.producerOf(name)!; at >= 0; at -= 1) {
      const node = this.graph.nodes[at]!;
      if (!node.outputs.some((output) => needed.has(output))) continue;
      if (node.captures.some((captured) => this.dependent.has(captured))) {
        throw errors.noRescaleRule(node.operator, node.name);
      }
      nodes.push(node);
      for (const input of node.inputs) {
        if (this.dependent.has(input) && !this.twins.has(input)) needed.add(input);
      }
    }
    for (const node of nodes.reverse()) {
      const inputs = node.inputs.map((input) => this.twins.get(input)?.name ?? input);
      this.builder.copied(node, inputs, 'reference').forEach((value, at) => {
        if (value) this.twins.set(node.outputs[at]!, value);
      });
    }
  }
}

/** Tensors whose elements depend on those of some inputs. */
function dependentOn(names: readonly string[], nodes: readonly Node[]): ReadonlySet<string> {
  const dependent = new Set(names);
  for (const { operator, inputs, captures, outputs } of nodes) {
    if (ofSizes.has(operator) || ![...inputs, ...captures].some((name) => dependent.has(name))) continue;
    for (const output of outputs) if (output) dependent.add(output);
  }
  return dependent;
}

function fail(name: string, inputs: Iterable<string>): never {
  throw errors.unknownTensor(name, [...inputs]);
}
