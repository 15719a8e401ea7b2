import type { Node } from '../node.ts';
import { readTensor, type Constant } from '../tensor.ts';

/** The value of a Constant node, where it is a tensor of numbers. */
export function constantOf(node: Node): Constant | undefined {
  if (node.operator !== 'Constant' || node.domain !== '') return undefined;
  const tensor = node.tensor('value');
  if (tensor) return readTensor(tensor);
  const int = node.int('value_int');
  if (int !== undefined) return { type: 'int64', dims: [], values: [int] };
  const ints = node.ints('value_ints');
  if (ints) return { type: 'int64', dims: [ints.length], values: ints };
  const float = node.float('value_float');
  if (float !== undefined) return { type: 'float32', dims: [], values: [float] };
  const floats = node.floats('value_floats');
  if (floats) return { type: 'float32', dims: [floats.length], values: floats };
  return undefined;
}
