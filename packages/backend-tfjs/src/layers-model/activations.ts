import { elementwise } from '../onnx-view/operations.ts';
import type { OnnxView } from '../onnx-view/onnx-view.ts';

const operators: Readonly<
  Record<string, readonly [operator: string, attributes?: Readonly<Record<string, number | string>>]>
> = {
  elu: ['Elu'],
  gelu: ['Gelu'],
  gelu_new: ['Gelu', { approximate: 'tanh' }],
  hardSigmoid: ['HardSigmoid', { alpha: 0.2, beta: 0.5 }],
  linear: ['Identity'],
  logSoftmax: ['LogSoftmax', { axis: -1 }],
  mish: ['Mish'],
  relu: ['Relu'],
  selu: ['Selu'],
  sigmoid: ['Sigmoid'],
  softmax: ['Softmax', { axis: -1 }],
  softplus: ['Softplus'],
  softsign: ['Softsign'],
  swish: ['Swish'],
  tanh: ['Tanh'],
};

/** Writes an activation by the name that TensorFlow.js has for it. */
export function writeActivation(view: OnnxView, name: string, input: string, output: string): void {
  if (name === 'relu6') return writeClip(view, input, output, 0, 6);
  const [operator, attributes = {}] = operators[name] ?? [name];
  const onImage = view.images.has(input) && 'axis' in attributes;
  elementwise(view, operator, [input], output, onImage ? { ...attributes, axis: 1 } : attributes);
}

/** ReLU with an upper bound. */
export function writeClip(view: OnnxView, input: string, output: string, low: number, high: number): void {
  const bounds = [view.scalar(`${output}/min`, low), view.scalar(`${output}/max`, high)];
  if (view.images.has(input)) view.image('Clip', [input, ...bounds], output);
  else view.node('Clip', [input, ...bounds], output);
}
