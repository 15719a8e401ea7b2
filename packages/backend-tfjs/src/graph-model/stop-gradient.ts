import * as tf from '@tensorflow/tfjs-core';
import { registerOp } from '@tensorflow/tfjs-converter';
import type { JsonNode } from './node.ts';

/** An operator of our own, as TensorFlow.js hands gradients on through StopGradient. */
const operator = 'UnderstoryStopGradient';

/** The nodes as they are to be loaded. TensorFlow.js knows the operator from then on; nobody else's model can have one of that name. */
export function withStopGradient(nodes: readonly JsonNode[]): readonly JsonNode[] {
  registerOp(operator, ({ inputs }) => detached(inputs[0]!));
  return nodes.map((node) => (node.op === 'StopGradient' ? { ...node, op: operator } : node));
}

function detached(x: tf.Tensor): tf.Tensor {
  return tf.customGrad((given) => ({
    value: tf.clone(given as tf.Tensor),
    gradFunc: () => tf.zeros(x.shape),
  }))(x);
}
