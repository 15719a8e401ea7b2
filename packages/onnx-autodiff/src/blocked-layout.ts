import type { Node } from './node.ts';
import { staticShape, type Value } from './types.ts';

/** The channels that ONNX Runtime's blocked layout (NCHWc) takes together on the widest processors. */
const block = 16;

/** Operators that the runtime computes in blocks where all of their inputs are. */
const elementwise = new Set(['Add', 'Mul', 'Sum']);
const keeping = new Set([
  ...['Relu', 'Sigmoid', 'Tanh', 'BatchNormalization', 'Identity', 'Dropout'],
  ...['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool'],
]);
/** Operators that only disappear into a convolution in front of them. */
const fused = new Set(['Clip', 'LeakyRelu', 'HardSigmoid']);

/** Whether the runtime can take an activation into blocks by a depthwise convolution: it has to know all sizes. */
export function fitsBlocks({ type, shape }: Value): boolean {
  const sizes = staticShape(shape);
  return type === 'float32' && sizes?.length === 4 && sizes[1]! % block === 0 && sizes[2]! * sizes[3]! > 1;
}

/**
 * Follows which activations ONNX Runtime's CPU kernels hold in blocks of channels. It decides nothing but speed: where it is wrong,
 * the runtime converts between the layouts.
 */
export class BlockedLayout {
  private readonly blocked = new Set<string>();
  private readonly convolved = new Set<string>();

  has({ name }: Value): boolean {
    return this.blocked.has(name);
  }

  /** Takes note of a node; those that compute its inputs come first. */
  note(node: Node, value: (name: string) => Value): void {
    const [output] = node.outputs;
    if (node.domain !== '' || !output || !this.staysInBlocks(node, value)) return;
    const result = value(output);
    if (result.type !== 'float32' || staticShape(result.shape)?.length !== 4) return;
    this.blocked.add(output);
    if (node.operator === 'Conv') this.convolved.add(output);
  }

  private staysInBlocks(node: Node, value: (name: string) => Value): boolean {
    const { operator, inputs } = node;
    const first = inputs[0]!;
    if (operator === 'Conv') return isBlockedConvolution(node, value);
    if (fused.has(operator)) return this.convolved.has(first);
    // With its second output, a pooling is computed as the operator says.
    if (keeping.has(operator)) return this.blocked.has(first) && node.outputs.filter(Boolean).length === 1;
    if (!elementwise.has(operator) || !inputs.every((name) => this.blocked.has(name))) return false;
    const shapes = inputs.map((name) => value(name).shape?.join());
    return shapes.every((shape) => shape === shapes[0]);
  }
}

function isBlockedConvolution(node: Node, value: (name: string) => Value): boolean {
  const weights = staticShape(value(node.inputs[1]!).shape);
  if (weights?.length !== 4) return false;
  const group = node.int('group', 1);
  const [outputs, channels] = weights as [number, number];
  if (group === 1) return channels % 4 === 0 || channels < block;
  if (channels === 1 && outputs === group) return outputs % block === 0;
  return channels % block === 0 && (outputs / group) % block === 0;
}
