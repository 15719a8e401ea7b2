import {
  elementCount,
  float32,
  tensor,
  type AttributeValue,
  type GraphNode,
  type GraphView,
  type Tensor,
} from '@understory/core';

type Attributes = Readonly<Record<string, AttributeValue>>;

/**
 * Writes down a network as a graph in ONNX vocabulary. Feature maps, which TensorFlow lays out `[N, h, w, C]`, are `[N, C, h, w]`
 * in it as ONNX has them: their names stand for that, and transpositions appear where something reads them as they were.
 */
export class OnnxView implements GraphView {
  readonly nodes: GraphNode[] = [];
  /** The tensors that are channels first here and channels last in the file. */
  readonly images = new Set<string>();
  private readonly constants = new Map<string, () => Tensor | undefined>();
  private readonly read = new Map<string, Tensor | undefined>();
  private readonly turned = new Set<string>();
  private readonly rankOf: (name: string) => number | undefined;

  constructor(rankOf: (name: string) => number | undefined) {
    this.rankOf = rankOf;
  }

  constant(name: string): Tensor | undefined {
    if (!this.read.has(name)) this.read.set(name, this.constants.get(name)?.());
    return this.read.get(name);
  }

  isConstant(name: string): boolean {
    return this.constants.has(name);
  }

  rank(name: string): number | undefined {
    return this.rankOf(name);
  }

  /** A weight, read when it is first asked for. */
  weight(name: string, value: () => Tensor | undefined): string {
    if (!this.constants.has(name)) this.constants.set(name, value);
    return name;
  }

  integers(name: string, values: readonly number[]): string {
    return this.weight(name, () => tensor('int64', BigInt64Array.from(values, BigInt), [values.length]));
  }

  scalar(name: string, value: number): string {
    return this.weight(name, () => float32(Float32Array.of(value), []));
  }

  node(operator: string, inputs: readonly string[], output: string, attributes: Attributes = {}): string {
    this.nodes.push({ operator, name: output, inputs, outputs: [output], attributes });
    return output;
  }

  /** The result of an operator on feature maps, channels first. */
  image(operator: string, inputs: readonly string[], output: string, attributes: Attributes = {}): string {
    this.images.add(output);
    return this.node(operator, inputs, output, attributes);
  }

  /** A tensor with channels first. */
  asImage(name: string): string {
    if (this.images.has(name) || this.rank(name) !== 4) return name;
    return this.turn(name, `${name}/channels_first`, [0, 3, 1, 2]);
  }

  /** A tensor as the file lays it out. */
  asFile(name: string): string {
    return this.images.has(name) ? this.turn(name, `${name}/channels_last`, [0, 2, 3, 1]) : name;
  }

  private turn(name: string, turned: string, perm: readonly number[]): string {
    if (this.turned.has(turned)) return turned;
    this.turned.add(turned);
    return this.node('Transpose', [name], turned, { perm });
  }
}

/** A tensor with its axes in another order. */
export function permuted(of: Tensor, order: readonly number[]): Tensor<'float32'> {
  const dims = order.map((axis) => of.dims[axis]!);
  const strides = of.dims.map((_, axis) => elementCount(of.dims.slice(axis + 1)));
  const data = new Float32Array(elementCount(dims));
  const place = dims.map(() => 0);
  for (let at = 0; at < data.length; at += 1) {
    data[at] = Number(of.data[place.reduce((sum, index, axis) => sum + index * strides[order[axis]!]!, 0)]);
    for (let axis = dims.length - 1; axis >= 0; axis -= 1) {
      place[axis]! += 1;
      if (place[axis]! < dims[axis]!) break;
      place[axis] = 0;
    }
  }
  return float32(data, dims);
}

/** The same elements under other dimensions. */
export function reshaped(of: Tensor, dims: readonly number[]): Tensor<'float32'> {
  return float32(Float32Array.from(of.data as Float32Array, Number), dims);
}
