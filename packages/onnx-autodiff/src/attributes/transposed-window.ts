import type { Node } from '../node.ts';
import { range } from '../range.ts';
import { formula, product } from '../shapes/dims.ts';
import { sumName } from '../shapes/size-names.ts';
import type { Dim, Shape } from '../types.ts';
import { spanOf, type Pads } from './window.ts';

/** How a transposed convolution lays its kernel over the spatial axes of its output; one entry an axis. */
export interface TransposedWindow {
  readonly rank: number;
  readonly kernel: readonly Dim[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly outputPadding: readonly number[];
  /** The sizes that are asked for, where the padding follows from them. */
  readonly outputShape: readonly number[] | undefined;
  /** Undefined where the padding follows from `outputShape` and sizes that are only known when the model runs. */
  readonly pads: Pads | undefined;
  /** Whether an odd padding puts its larger half in front. */
  readonly moreInFront: boolean;
  readonly same: boolean;
}

export function readTransposedWindow(node: Node, input: Shape, weights: Shape): TransposedWindow | undefined {
  const kernel: readonly Dim[] | undefined = node.ints('kernel_shape') ?? weights?.slice(2);
  if (!kernel) return undefined;
  const rank = kernel.length;
  const list = (name: string, fallback: number) => {
    const given = node.ints(name);
    return given && given.length > 0 ? given : kernel.map(() => fallback);
  };
  const [strides, dilations, outputPadding] = [list('strides', 1), list('dilations', 1), list('output_padding', 0)];
  const automatic = node.string('auto_pad', 'NOTSET');
  const same = automatic.startsWith('SAME');
  const moreInFront = automatic !== 'SAME_UPPER';
  const asked = node.ints('output_shape');
  const outputShape = asked && asked.length > 0 ? asked.slice(-rank) : undefined;
  const shared = { rank, kernel, strides, dilations, outputPadding, outputShape, moreInFront, same };
  if (!outputShape && !same) {
    const explicit = automatic === 'NOTSET' ? node.ints('pads') : undefined;
    const given = explicit && explicit.length > 0 ? explicit : range(0, 2 * rank).map(() => 0);
    return { ...shared, pads: { begin: given.slice(0, rank), end: given.slice(rank) } };
  }
  if (kernel.some((taps) => typeof taps === 'string')) return undefined;
  const totals = range(0, rank).map((at) => {
    const span = spanOf(kernel[at] as number, dilations[at]!) + outputPadding[at]!;
    // SAME makes the output stride times the input, so that the input's size cancels.
    if (!outputShape) return Math.max(span - strides[at]!, 0);
    const size = input?.[at + 2];
    return typeof size === 'number' ? Math.max((size - 1) * strides[at]! + span - outputShape[at]!, 0) : undefined;
  });
  if (!totals.every((total) => total !== undefined)) return { ...shared, pads: undefined };
  const begin = totals.map((total) => (moreInFront ? Math.ceil(total / 2) : Math.floor(total / 2)));
  return { ...shared, pads: { begin, end: totals.map((total, at) => total - begin[at]!) } };
}

export function transposedOutput(window: TransposedWindow, input: readonly Dim[]): readonly Dim[] {
  const { kernel, strides, dilations, outputPadding, outputShape, pads, same } = window;
  if (outputShape) return outputShape;
  return input.map((size, at) => {
    const stride = strides[at]!;
    const taps = kernel[at]!;
    const extra = outputPadding[at]! - pads!.begin[at]! - pads!.end[at]!;
    // Where nothing is left to cut off the kernel reaches less far than that.
    const reached = typeof taps === 'number' && spanOf(taps, dilations[at]!) + outputPadding[at]! >= stride;
    if (same && reached) return stride === 1 ? size : product([size, stride]);
    if (stride === 1 && typeof taps === 'number' && spanOf(taps, dilations[at]!) - 1 + extra === 0) return size;
    const dilation = dilations[at]!;
    return formula(
      ([length, count]) =>
        sumName([product([length, stride]), product([count, dilation]), 1 - dilation - stride + extra]),
      [size, taps],
      (length, count) => (length - 1) * stride + spanOf(count, dilation) + extra,
    );
  });
}
