import type { GraphProto } from 'onnx-buf';
import { BlockedLayout, fitsBlocks } from './blocked-layout.ts';
import { Graph, type GraphParts, type Initializer } from './graph.ts';
import { bodiesOf, Node, type AttributeInputs } from './node.ts';
import { Inference } from './shapes/inference.ts';
import { fromOutside } from './shapes/inside.ts';
import { writeTensor, type Constant } from './tensor.ts';
import { dataTypeOf, staticShape, type Dim, type ElementType, type Value } from './types.ts';

/**
 * Appends nodes to a graph of opset 18 or later. Each method writes at most a few standard operators and returns the tensor
 * they compute; what the shapes decide ahead is decided ahead, so that nothing is computed that need not be.
 */
export class GraphBuilder {
  readonly opset: number;
  /** Whether the result is for ONNX Runtime's CPU kernels on x86, which are fastest in blocks of channels (NCHWc). */
  readonly blockedLayout: boolean;
  private readonly layout: BlockedLayout | undefined;
  readonly nodes: Node[] = [];
  readonly initializers = new Map<string, Initializer>();
  private readonly inference: Inference;
  private readonly graph: Graph;
  private readonly taken: Set<string>;
  private readonly constants = new Map<string, Value>();
  private readonly shapes = new Map<string, Value>();
  private readonly parts = new Map<string, Parts>();
  /** What `expandLike` expanded. */
  private readonly expanded = new Map<string, Value>();
  private scope = 'gradient';

  constructor(graph: Graph, inference: Inference, blockedLayout = false) {
    this.blockedLayout = blockedLayout;
    this.graph = graph;
    this.inference = inference;
    this.opset = graph.opset;
    this.taken = new Set([
      ...graph.inputs.map((input) => input.name),
      ...graph.initializers.keys(),
      ...graph.nodes.flatMap((node) => node.outputs),
    ]);
    for (const { proto } of graph.nodes) for (const body of bodiesOf(proto)) this.reserve(body);
    this.layout = blockedLayout ? new BlockedLayout() : undefined;
    for (const node of graph.nodes) this.layout?.note(node, (name) => this.value(name));
  }

  /** Names what is written next after the node it differentiates. */
  within(scope: string): void {
    this.scope = scope;
  }

  /** A tensor name that nothing in the graph has yet. */
  freshName(wanted: string): string {
    let name = wanted;
    for (let count = 1; this.taken.has(name); count += 1) name = `${wanted}_${count}`;
    this.taken.add(name);
    return name;
  }

  /** Names inside a body stand for what is inside alone: nothing around it may have them. */
  private reserve(body: GraphProto): void {
    const open = [body];
    for (const { input, initializer, node: nodes } of open) {
      for (const { name } of [...input, ...initializer]) this.taken.add(name);
      for (const node of nodes) {
        for (const name of node.output) this.taken.add(name);
        for (const inner of bodiesOf(node)) open.push(inner);
      }
    }
  }

  value(name: string): Value {
    return this.inference.value(name);
  }

  /** A tensor that is known ahead, as a weight. */
  weight(name: string): Initializer | undefined {
    const existing = this.graph.initializers.get(name) ?? this.initializers.get(name);
    if (existing) return existing;
    const { type, shape } = this.value(name);
    const [dims, values] = [staticShape(shape), this.inference.numbers(name)];
    const constant = this.graph.constant(name) ?? (type && dims && values && { type, dims, values });
    return constant && { proto: writeTensor(name, constant) };
  }

  /** A builder for a body that is fed with `inputs` and reads tensors from `around` it by their names. */
  inside(inputs: readonly Value[], around: readonly string[]): GraphBuilder {
    const graph = this.graphInside(inputs, around, {});
    return new GraphBuilder(graph, new Inference(graph));
  }

  /** A body as a graph of its own; what it reads from around it are weights there too, or inputs. */
  graphInside(inputs: readonly Value[], around: readonly string[], parts: Partial<GraphParts>): Graph {
    const weights = new Map<string, Initializer>();
    const read: Value[] = [];
    for (const name of around) {
      const weight = this.weight(name);
      if (weight) weights.set(name, weight);
      else read.push(this.value(name));
    }
    return new Graph({
      header: this.graph.header,
      name: 'body',
      opset: this.opset,
      inputs: [...inputs, ...read].map((value) => ({ ...value, shape: value.shape?.map(fromOutside) })),
      outputs: [],
      nodes: [],
      declared: new Map(),
      ...parts,
      initializers: new Map([...weights, ...(parts.initializers ?? [])]),
    });
  }

  /** The value of a weight or constant of the model, where it is one. */
  read(value: Value): Constant | undefined {
    return this.graph.constant(value.name);
  }

  /** The elements of a tensor that is known ahead: shape arithmetic, axes, scales; undefined where it is computed. */
  numbers(value: Value | undefined): readonly number[] | undefined {
    return value && this.inference.numbers(value.name);
  }

  /** Announces a tensor that is fed from outside. */
  input(name: string, type: ElementType, shape: readonly Dim[] | undefined): Value {
    const value: Value = { name: this.freshName(name), type, shape };
    this.inference.declare(value);
    return value;
  }

  op(operator: string, inputs: readonly (Value | undefined)[], attributes: AttributeInputs = {}): Value {
    return this.ops(operator, inputs, attributes, 1)[0]!;
  }

  /** An operator with several outputs. */
  ops(
    operator: string,
    inputs: readonly (Value | undefined)[],
    attributes: AttributeInputs,
    outputs: number,
  ): readonly Value[] {
    const names = inputs.map((input) => input?.name ?? '');
    while (names.length > 0 && names[names.length - 1] === '') names.pop();
    const results = Array.from({ length: outputs }, () => this.freshName(`${this.scope}/${operator}`));
    this.append(Node.of(operator, names, results, attributes, results[0]));
    return results.map((name) => this.value(name));
  }

  /** What a node does, whatever its domain and attributes, to another input than its own; its first output. */
  again(node: Node, input: Value): Value {
    const result = this.freshName(`${this.scope}/${node.operator}`);
    this.append(node.with({ name: result, inputs: [input.name], outputs: [result] }));
    return this.value(result);
  }

  /** The same node on other inputs, named under `scope`; its outputs, undefined where one is left out. */
  copied(node: Node, inputs: readonly string[], scope: string): readonly (Value | undefined)[] {
    const outputs = node.outputs.map((name) => name && this.freshName(`${scope}/${name}`));
    this.append(node.with({ name: `${scope}/${node.name}`, inputs, outputs }));
    return outputs.map((name) => (name ? this.value(name) : undefined));
  }

  private append(node: Node): void {
    this.nodes.push(node);
    this.inference.add(node);
    this.layout?.note(node, (name) => this.value(name));
  }

  /** Gives a tensor a name of its own, as an output needs. */
  named(value: Value, name: string): Value {
    const output = this.freshName(name);
    const node = Node.of('Identity', [value.name], [output], {}, `${output}/Identity`);
    this.nodes.push(node);
    this.inference.add(node);
    return this.value(node.outputs[0]!);
  }

  constant(constant: Constant): Value {
    const { type, dims, values } = constant;
    const key = `${type}[${dims.join()}]${values.length > 64 ? undefined : Array.from(values, (v) => (Object.is(v, -0) ? '-0' : v)).join()}`;
    const existing = values.length > 64 ? undefined : this.constants.get(key);
    if (existing) return existing;
    const name = this.freshName('gradient/constant');
    this.initializers.set(name, { proto: writeTensor(name, constant) });
    const value: Value = { name, type, shape: dims };
    this.inference.declare(value, constant);
    this.constants.set(key, value);
    return value;
  }

  /** A vector of int64: axes, shapes, pads. */
  ints(values: readonly number[]): Value {
    return this.constant({ type: 'int64', dims: [values.length], values });
  }

  /** A number of the same type as a tensor. */
  scalarLike(like: Value, value: number): Value {
    return this.constant({ type: like.type ?? 'float32', dims: [], values: [value] });
  }

  add(a: Value, b: Value): Value {
    const joined = this.joined(a, b);
    if (joined) return joined;
    // What was only expanded to the other's shape is broadcast by the sum itself.
    const [left, right] = [this.expanded.get(a.name), this.expanded.get(b.name)];
    if (sameShape(a, b) && staticShape(a.shape) && (left === undefined) !== (right === undefined)) {
      return this.withShape(this.op('Add', [left ?? a, right ?? b]), a);
    }
    return this.op('Add', this.inOneLayout(a, b));
  }

  /** Notes that a tensor is zero but for `part`, which begins at `start` of an axis: sums of such tensors are joined, not added. */
  notePart(whole: Value, axis: number, start: number, part: Value): void {
    this.parts.set(whole.name, { axis, pieces: [{ start, value: part }] });
  }

  sub(a: Value, b: Value): Value {
    return this.op('Sub', [a, b]);
  }

  mul(a: Value, b: Value): Value {
    return this.op('Mul', this.inOneLayout(a, b));
  }

  /** Each channel of an activation `[N, C, H, W]` times `factor` plus `offset`, as a convolution, which keeps the blocked layout. */
  scaleChannels(a: Value, factor: number, offset = 0): Value {
    const channels = a.shape![1] as number;
    const all = (value: number, ones: readonly number[]): Value => {
      const key = `${channels} times ${value} ${ones.length}`;
      const existing = this.constants.get(key);
      if (existing) return existing;
      const values = new Float32Array(channels).fill(value);
      const made = this.constant({ type: 'float32', dims: [channels, ...ones], values });
      this.constants.set(key, made);
      return made;
    };
    const bias = offset === 0 ? undefined : all(offset, []);
    return this.op('Conv', [a, all(factor, [1, 1, 1]), bias], { group: channels, kernel_shape: [1, 1] });
  }

  /** Whether the runtime holds an activation in blocks of channels. */
  isBlocked(a: Value): boolean {
    return this.layout?.has(a) === true;
  }

  div(a: Value, b: Value): Value {
    return this.op('Div', [a, b]);
  }

  neg(a: Value): Value {
    return this.op('Neg', [a]);
  }

  /** A tensor times a number. */
  scale(a: Value, factor: number): Value {
    return factor === 1 ? a : this.mul(a, this.scalarLike(a, factor));
  }

  where(condition: Value, yes: Value, no: Value): Value {
    return this.op('Where', [condition, yes, no]);
  }

  /** The tensor in another element type; itself where it has it. */
  cast(a: Value, type: ElementType): Value {
    return a.type === type ? a : this.op('Cast', [a], { to: dataTypeOf(type) });
  }

  matmul(a: Value, b: Value): Value {
    return this.op('MatMul', [a, b]);
  }

  transpose(a: Value, perm: readonly number[]): Value {
    return perm.every((axis, at) => axis === at) ? a : this.op('Transpose', [a], { perm });
  }

  /** The last two axes exchanged; the rank must be known. */
  transposeLast(a: Value): Value {
    const rank = a.shape!.length;
    const perm = Array.from({ length: rank }, (_, axis) => axis);
    return this.transpose(a, [...perm.slice(0, -2), rank - 1, rank - 2]);
  }

  /** The shape as an int64 vector: a constant where it is known ahead. */
  shapeOf(a: Value): Value {
    const known = staticShape(a.shape);
    if (known) return this.ints(known);
    const existing = this.shapes.get(a.name);
    if (existing) return existing;
    const shape = this.op('Shape', [a]);
    this.shapes.set(a.name, shape);
    return shape;
  }

  /** Some sizes of a tensor as an int64 vector, axes counted from the front. */
  sizes(a: Value, axes: readonly number[]): Value {
    const known = axes.map((axis) => a.shape?.[axis]);
    if (known.every((dim) => typeof dim === 'number')) return this.ints(known);
    return this.op('Gather', [this.shapeOf(a), this.ints(axes)], { axis: 0 });
  }

  reshape(a: Value, shape: Value | readonly number[]): Value {
    const to = 'name' in shape ? shape : this.ints(shape);
    return this.op('Reshape', [a, to]);
  }

  reshapeLike(a: Value, like: Value): Value {
    if (sameShape(a, like)) return a;
    // Sizes that stay in place are written as 0 and one more as -1, so that a batch of any size needs no shape arithmetic.
    const target = like.shape?.map((dim, axis) => (typeof dim === 'string' && dim === a.shape?.[axis] ? 0 : dim));
    const open = target?.filter((dim) => typeof dim === 'string').length;
    const simple = target && (open === 0 || (open === 1 && !like.shape!.includes(0)));
    const to = simple ? target.map((dim) => (typeof dim === 'string' ? -1 : dim)) : this.shapeOf(like);
    return this.withShape(this.reshape(a, to), like);
  }

  expandLike(a: Value, like: Value): Value {
    if (sameShape(a, like)) return a;
    // Expanding broadcasts both ways: an axis that has its size already is written as 1.
    const lead = (like.shape?.length ?? 0) - (a.shape?.length ?? 0);
    const target = a.shape && like.shape?.map((dim, axis) => (dim === a.shape![axis - lead] ? 1 : dim));
    const known = staticShape(target);
    const expanded = this.withShape(this.op('Expand', [a, known ? this.ints(known) : this.shapeOf(like)]), like);
    this.expanded.set(expanded.name, a);
    return expanded;
  }

  unsqueeze(a: Value, axes: readonly number[]): Value {
    return axes.length === 0 ? a : this.op('Unsqueeze', [a, this.ints(axes)]);
  }

  squeeze(a: Value, axes: readonly number[]): Value {
    return axes.length === 0 ? a : this.op('Squeeze', [a, this.ints(axes)]);
  }

  reduceSum(a: Value, axes: readonly number[], keep = true): Value {
    return axes.length === 0 ? a : this.op('ReduceSum', [a, this.ints(axes)], { keepdims: keep ? 1 : 0 });
  }

  concat(parts: readonly Value[], axis: number): Value {
    return parts.length === 1 ? parts[0]! : this.op('Concat', parts, { axis });
  }

  /** Elements `starts` to `ends` (excluded) of some axes; `steps` of -1 with end -2^63 reverse one. */
  slice(
    a: Value,
    starts: readonly number[],
    ends: readonly number[],
    axes: readonly number[],
    steps?: readonly number[],
  ): Value {
    return this.op('Slice', [a, this.ints(starts), this.ints(ends), this.ints(axes), steps && this.ints(steps)]);
  }

  /** The axes turned end to end. */
  reverse(a: Value, axes: readonly number[]): Value {
    if (axes.length === 0) return a;
    const all = (value: number) => axes.map(() => value);
    return this.slice(a, all(-1), all(-(2 ** 63)), axes, all(-1));
  }

  /** A tensor of one number, shaped and typed as another. */
  filledLike(like: Value, value: number): Value {
    const known = staticShape(like.shape);
    const type = like.type ?? 'float32';
    if (known) return this.op('Expand', [this.constant({ type, dims: [], values: [value] }), this.ints(known)]);
    return this.op('ConstantOfShape', [this.shapeOf(like)], {
      value: { tensor: writeTensor('', { type, dims: [1], values: [value] }) },
    });
  }

  zerosLike(like: Value): Value {
    return this.filledLike(like, 0);
  }

  /** Sums a gradient over the axes along which an input was broadcast, so that it has that input's shape again. */
  unbroadcast(gradient: Value, input: Value): Value {
    const { shape: from } = gradient;
    const { shape: to } = input;
    if (from && to) {
      if (sameShape(gradient, input)) return gradient;
      const lead = from.length - to.length;
      const undecided = to.some((dim, axis) => {
        const size = from[axis + lead]!;
        return dim !== 1 && dim !== size && (typeof dim === 'string' || typeof size === 'string');
      });
      if (!undecided) {
        const axes = to.flatMap((dim, axis) => (dim === 1 && from[axis + lead] !== 1 ? [axis + lead] : []));
        const kept = this.reduceSum(gradient, axes);
        return this.reduceSum(
          kept,
          Array.from({ length: lead }, (_, axis) => axis),
          false,
        );
      }
    }
    const size = this.shapeOf(gradient);
    const wanted = this.shapeOf(input);
    const lead = this.sub(this.op('Shape', [size]), this.op('Shape', [wanted]));
    const ones = this.op('ConstantOfShape', [lead], {
      value: { tensor: writeTensor('', { type: 'int64', dims: [1], values: [1] }) },
    });
    const differs = this.op('Not', [this.op('Equal', [size, this.concat([ones, wanted], 0)])]);
    const axes = this.reshape(this.op('NonZero', [differs]), [-1]);
    const summed = this.op('ReduceSum', [gradient, axes], { keepdims: 1, noop_with_empty_axes: 1 });
    return this.withShape(this.reshape(summed, wanted), input);
  }

  /**
   * Where one of two activations is in blocks of channels, the other one is brought there: it costs as much as taking the first one out,
   * and all that follows stays in blocks.
   */
  private inOneLayout(a: Value, b: Value): readonly [Value, Value] {
    if (this.isBlocked(a) === this.isBlocked(b) || !sameShape(a, b) || !fitsBlocks(a) || !fitsBlocks(b)) return [a, b];
    return this.isBlocked(a) ? [a, this.scaleChannels(b, 1)] : [this.scaleChannels(a, 1), b];
  }

  /** The sum of two tensors that are zero where the other is not; undefined for all others. */
  private joined(a: Value, b: Value): Value | undefined {
    const left = this.parts.get(a.name);
    const right = this.parts.get(b.name);
    if (!left || left.axis !== right?.axis || !sameShape(a, b)) return undefined;
    const { axis } = left;
    const pieces = [...left.pieces, ...right.pieces].sort((one, other) => one.start - other.start);
    const ends = pieces.map(({ start, value }) => start + (value.shape![axis] as number));
    if (pieces.some(({ start }, at) => start < (ends[at - 1] ?? 0))) return undefined;
    const gapless = pieces.every(({ start }, at) => start === (ends[at - 1] ?? 0)) && ends.at(-1) === a.shape![axis];
    const whole = gapless ? pieces.map(({ value }) => value) : undefined;
    const sum = whole ? this.concat(whole, axis) : this.op('Add', [a, b]);
    // With the parts still missing it may become whole; then nothing needs this sum any more.
    if (!whole) this.parts.set(sum.name, { axis, pieces });
    return sum;
  }

  /** Says what is known of a tensor's shape from elsewhere: a gradient has the shape of what it is the gradient of. */
  withShape(a: Value, like: Value): Value {
    if (!like.shape) return a;
    const value: Value = { name: a.name, type: a.type ?? like.type, shape: like.shape };
    this.inference.declare(value);
    return value;
  }
}

interface Parts {
  readonly axis: number;
  readonly pieces: readonly { readonly start: number; readonly value: Value }[];
}

/** Whether two tensors are known to have one shape. */
export function sameShape(a: Value, b: Value): boolean {
  return (
    !!a.shape && !!b.shape && a.shape.length === b.shape.length && a.shape.every((dim, axis) => dim === b.shape![axis])
  );
}
