import * as tf from '@tensorflow/tfjs-core';
import type { KerasActivation } from './layer-kind.ts';

/** The activations that TensorFlow.js has, by the names of Keras. */
const known = new Set(
  'elu gelu hard_sigmoid linear log_softmax mish relu relu6 selu sigmoid softmax softplus softsign swish tanh'.split(
    ' ',
  ),
);
const aliases = new Map([
  ['silu', 'swish'],
  ['hard_swish', 'hard_silu'],
]);

const hardSigmoid = (x: tf.Tensor) => tf.mul(tf.relu6(tf.add(x, tf.scalar(3))), tf.scalar(1 / 6));

const own: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  celu: (x) => tf.elu(x),
  exponential: (x) => tf.exp(x),
  gelu_new: (x) => gelu(x, true),
  // Keras 3 has another slope than Keras 2, which TensorFlow.js follows.
  hard_sigmoid_3: hardSigmoid,
  hard_silu: (x) => tf.mul(x, hardSigmoid(x)),
  leaky_relu: (x) => tf.leakyRelu(x, 0.2),
  log_sigmoid: (x) => tf.neg(tf.softplus(tf.neg(x))),
  squareplus: (x) => tf.mul(tf.add(x, tf.sqrt(tf.add(tf.square(x), tf.scalar(4)))), tf.scalar(0.5)),
};

/** Names of our own activations in ONNX, where it has them. */
const operators: Readonly<Record<string, string>> = {
  exponential: 'Exp',
  hard_sigmoid_3: 'HardSigmoid',
  hard_silu: 'HardSwish',
  leaky_relu: 'LeakyRelu',
};

/** The activation that a configuration names: one of TensorFlow.js, one of ours, or none that is known. */
export function readActivation(
  value: unknown,
  isKeras3: boolean,
): { readonly known?: string | null; readonly own?: string } {
  if (value === null || value === undefined) return { known: null };
  const held = value as { readonly class_name?: unknown; readonly config?: unknown };
  const named = typeof value === 'string' ? value : held.class_name === 'function' ? held.config : held.class_name;
  const name = aliases.get(String(named)) ?? String(named);
  if (name === 'hard_sigmoid' && isKeras3) return { own: 'hard_sigmoid_3' };
  if (known.has(name)) return { known: name };
  // Files that TensorFlow.js wrote have its own names.
  const written = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (known.has(written)) return { known: written };
  return Object.hasOwn(own, name) ? { own: name } : {};
}

/** One of our own activations. */
export function ownActivation(name: string): KerasActivation {
  return { getClassName: () => operators[name] ?? name, apply: own[name]! };
}

/** x times the share of a normal distribution that lies below x, by erf or by tanh. */
export function gelu(x: tf.Tensor, isApproximate: boolean): tf.Tensor {
  const inner = isApproximate
    ? tf.tanh(
        tf.mul(tf.add(x, tf.mul(tf.pow(x, tf.scalar(3)), tf.scalar(0.044715))), tf.scalar(Math.sqrt(2 / Math.PI))),
      )
    : tf.erf(tf.mul(x, tf.scalar(Math.SQRT1_2)));
  return tf.mul(tf.mul(x, tf.add(inner, tf.scalar(1))), tf.scalar(0.5));
}
