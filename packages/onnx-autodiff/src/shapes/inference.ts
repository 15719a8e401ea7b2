import { constantOf } from '../attributes/constant-of.ts';
import { AutodiffError, errors } from '../errors.ts';
import type { Graph } from '../graph.ts';
import type { Node } from '../node.ts';
import type { Constant } from '../tensor.ts';
import { elementTypeOf, staticShape, type Dim, type Value } from '../types.ts';
import { product, Unknowns } from './dims.ts';
import { shapeRules } from './index.ts';
import { graphInside, seenFromAround, type Body, type Fed, type Inside } from './inside.ts';
import { largestKnown, type Known } from './known.ts';
import type { ShapeContext } from './shape-rule.ts';

/** Characters of the expression for a size. */
const longestName = 1000;

/** Bodies that lie in each other are followed so far: a loop within a loop, and a choice in that. */
const deepestInside = 3;

/** A tensor that is fed: what it is, and its elements where they are few and known. */
export interface Given {
  readonly value: Value;
  readonly constant?: Constant | undefined;
  /** The elements where some of them are sizes. */
  readonly known?: Known | undefined;
}

/** Types, shapes and the values of shape arithmetic of a graph's tensors, found without running it. */
export class Inference {
  readonly unknowns = new Unknowns();
  private readonly values = new Map<string, Value>();
  private readonly knowns = new Map<string, Known>();
  private readonly shortNames = new Map<string, Dim>();
  private readonly graph: Graph;
  private readonly outputs: ReadonlyMap<string, Value>;
  private readonly given: ReadonlyMap<string, Given>;
  private readonly depth: number;

  /** What is given, by its name, stands whatever the graph says of it; `depth` is of a body, how many lie around it. */
  constructor(graph: Graph, given: ReadonlyMap<string, Given> = new Map(), depth = 0) {
    this.graph = graph;
    this.given = given;
    this.depth = depth;
    this.outputs = new Map(graph.outputs.map((output) => [output.name, output]));
    for (const input of graph.inputs) this.values.set(input.name, input);
    for (const { value, constant, known } of given.values()) {
      this.declare(value, constant);
      if (known) this.knowns.set(value.name, known);
    }
    for (const [name, { proto }] of graph.initializers) {
      const dims = proto.dims.map(Number);
      this.values.set(name, { name, type: elementTypeOf(proto.dataType), shape: dims });
      if (dims.reduce((a, b) => a * b, 1) <= largestKnown) this.learn(name, graph.constant(name));
    }
    for (const node of graph.nodes) this.add(node);
  }

  value(name: string): Value {
    return this.values.get(name) ?? { name, type: undefined, shape: undefined };
  }

  /** The elements of a small tensor that is known ahead. */
  known(name: string): Known | undefined {
    return this.knowns.get(name);
  }

  /** The elements as numbers, where none of them is a symbol. */
  numbers(name: string): readonly number[] | undefined {
    return staticShape(this.knowns.get(name)?.values);
  }

  /** Announces a tensor that no node computes. */
  declare(value: Value, constant?: Constant): void {
    this.values.set(value.name, value);
    this.learn(value.name, constant);
  }

  /** Infers the outputs of one more node, whose inputs must be known already. */
  add(node: Node): void {
    const constant = constantOf(node);
    const [first] = node.outputs;
    if (constant && first) {
      this.values.set(first, { name: first, type: constant.type, shape: constant.dims });
      if (constant.values.length <= largestKnown) this.learn(first, constant);
      return;
    }
    const known = node.domain === '' || node.domain === 'com.microsoft';
    const own = `${node.domain}.${node.operator}`;
    const rule = Object.hasOwn(shapeRules, own) ? own : node.operator;
    if (known && Object.hasOwn(shapeRules, rule)) {
      try {
        shapeRules[rule]!(this.contextOf(node));
      } catch (cause) {
        throw cause instanceof AutodiffError ? cause : errors.invalidNode(node.operator, node.name, cause);
      }
    }
    for (const name of node.outputs) {
      const given = this.given.get(name);
      if (given) this.declare(given.value, given.constant);
      else if (name) this.refine(name);
    }
  }

  private contextOf(node: Node): ShapeContext {
    const nameOf = (index: number) => node.inputs[index] || undefined;
    return {
      node,
      unknowns: this.unknowns,
      input: (index) => {
        const name = nameOf(index);
        return name ? this.value(name) : undefined;
      },
      known: (index) => this.knowns.get(nameOf(index) ?? ''),
      numbers: (index) => this.numbers(nameOf(index) ?? ''),
      constant: (index) => this.graph.constant(nameOf(index) ?? ''),
      inside: (body, fed) => this.inside(body, fed),
      set: (output, type, shape, known) => {
        const name = node.outputs[output];
        if (!name) return;
        this.values.set(name, { name, type, shape: shape?.map((dim) => this.shortened(dim)) });
        const dims = staticShape(shape);
        if (known && type && dims && known.length <= largestKnown && product(dims) === known.length) {
          this.knowns.set(name, { type, dims, values: known.map((value) => this.shortened(value)) });
        }
      },
    };
  }

  private inside(body: Body, fed: readonly (Fed | undefined)[]): Inside | undefined {
    if (this.depth === deepestInside) return undefined;
    const { graph, given } = graphInside(body, fed, { graph: this.graph, around: this });
    return seenFromAround(new Inference(graph, given, this.depth + 1), this.unknowns);
  }

  /** Expressions that grow with each node would fill memory: a long one gets a name, the same each time. */
  private shortened(dim: Dim): Dim {
    if (typeof dim === 'number' || dim.length <= longestName) return dim;
    const name = this.shortNames.get(dim) ?? this.unknowns.dim();
    this.shortNames.set(dim, name);
    return name;
  }

  /** Fills what the rules left open from what the file itself says; a size that was inferred stands, the file may be out of date. */
  private refine(name: string): void {
    const declared = this.graph.declared.get(name) ?? this.outputs.get(name);
    if (!declared) return;
    const { type, shape } = this.value(name);
    const merged = !shape
      ? declared.shape
      : declared.shape?.length === shape.length
        ? shape.map((dim, axis): Dim => (typeof dim === 'string' ? (declared.shape![axis] ?? dim) : dim))
        : shape;
    // A name of the file replaces one of ours only where it is a number; two names for one size would hide that they are equal.
    const kept = shape ? merged!.map((dim, axis) => (typeof dim === 'number' ? dim : shape[axis]!)) : merged;
    this.values.set(name, { name, type: type ?? declared.type, shape: kept });
  }

  private learn(name: string, constant: Constant | undefined): void {
    if (!constant || constant.values.length > largestKnown) return;
    this.knowns.set(name, { type: constant.type, dims: constant.dims, values: Array.from(constant.values) });
  }
}
