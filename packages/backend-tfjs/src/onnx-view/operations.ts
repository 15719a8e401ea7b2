import type { Tensor } from '@understory/core';
import { permuted, reshaped, type OnnxView } from './onnx-view.ts';

/** How a window moves: strides, dilations and padding as TensorFlow says them. */
export interface WindowAttributes {
  readonly strides: readonly number[];
  readonly dilations?: readonly number[];
  readonly padding: string;
  /** Rows and columns, each before and after, where the padding is explicit. */
  readonly pads?: readonly number[];
}

interface Read {
  readonly name: string;
  readonly value: () => Tensor | undefined;
}

function windowOf({ strides, dilations, padding, pads }: WindowAttributes) {
  return {
    strides,
    ...(dilations && { dilations }),
    ...(padding.toLowerCase() === 'same' && { auto_pad: 'SAME_UPPER' }),
    ...(padding.toLowerCase() === 'valid' && { auto_pad: 'VALID' }),
    ...(pads && { pads }),
  };
}

/** A convolution whose kernel is `[kh, kw, in, out]`, `[kh, kw, channels, multiplier]` where it is depthwise, or `[kh, kw, out, in]` where it is transposed. */
export function convolution(
  view: OnnxView,
  input: string,
  kernel: Read,
  output: string,
  kind: 'plain' | 'depthwise' | 'transposed',
  window: WindowAttributes,
  bias?: string,
): string {
  const turned = view.weight(`${kernel.name}/onnx`, () => {
    const own = kernel.value();
    if (own === undefined) return undefined;
    if (kind !== 'depthwise') return permuted(own, [3, 2, 0, 1]);
    const [height = 1, width = 1, channels = 1, multiplier = 1] = own.dims;
    return reshaped(permuted(own, [2, 3, 0, 1]), [channels * multiplier, 1, height, width]);
  });
  const attributes = { ...windowOf(window), ...(kind === 'depthwise' && { group: kernel.value()?.dims[2] ?? 1 }) };
  const operator = kind === 'transposed' ? 'ConvTranspose' : 'Conv';
  return view.image(operator, [view.asImage(input), turned, ...(bias === undefined ? [] : [bias])], output, attributes);
}

export function pooling(
  view: OnnxView,
  operator: 'MaxPool' | 'AveragePool',
  input: string,
  output: string,
  size: readonly number[],
  window: WindowAttributes,
): string {
  return view.image(operator, [view.asImage(input)], output, { kernel_shape: size, ...windowOf(window) });
}

/** Something that works element by element, on feature maps where one of its inputs is one; constants broadcast from the last axis, as channels do. */
export function elementwise(
  view: OnnxView,
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, number | string>> = {},
): string {
  if (!inputs.some((name) => view.images.has(name))) return view.node(operator, inputs, output, attributes);
  const read = inputs.map((name) => {
    if (!view.isConstant(name)) return view.rank(name) === 4 || view.images.has(name) ? view.asImage(name) : name;
    const rank = view.rank(name) ?? 0;
    if (rank === 0) return name;
    return view.weight(`${name}/channels_first`, () => {
      const own = view.constant(name);
      if (own === undefined || own.data.length === 1) return own;
      if (own.dims.length === 1) return reshaped(own, [own.dims[0]!, 1, 1]);
      if (own.dims.length === 3) return permuted(own, [2, 0, 1]);
      return own.dims.length === 4 ? permuted(own, [0, 3, 1, 2]) : undefined;
    });
  });
  return view.image(operator, read, output, attributes);
}

/** The same axis where channels come first. */
export function imageAxis(axis: number, rank = 4): number {
  const place = axis < 0 ? axis + rank : axis;
  return [0, 2, 3, 1][place] ?? place;
}

/** The mean over height and width. */
export function globalPool(
  view: OnnxView,
  kind: 'Average' | 'Max',
  input: string,
  output: string,
  keepsAxes: boolean,
): string {
  const operator = `Global${kind}Pool`;
  if (keepsAxes) return view.image(operator, [view.asImage(input)], output);
  const pooled = view.node(operator, [view.asImage(input)], `${output}/pooled`);
  return view.node('Flatten', [pooled], output, { axis: 1 });
}

/** Something that leaves channels last where they were, under its own name: on feature maps channels first, as all of them are. */
export function keepingChannels(view: OnnxView, operator: string, inputs: readonly string[], output: string): string {
  const isImage =
    inputs.some((name) => view.images.has(name)) || (view.rank(inputs[0]!) === 4 && view.rank(output) === 4);
  if (!isImage) return view.node(operator, inputs, output);
  return view.image(
    operator,
    inputs.map((name) => (view.isConstant(name) ? name : view.asImage(name))),
    output,
  );
}
