import type { Node } from '../node.ts';
import { formula, product } from '../shapes/dims.ts';
import { callOf, ceilOf, floorOf, sumName, term } from '../shapes/size-names.ts';
import type { Dim, Shape } from '../types.ts';

/** How the kernel of a convolution or pooling slides over the spatial axes of `[N, C, D1, D2, ...]`; one entry an axis. */
export interface Window {
  readonly rank: number;
  /** A name where the kernel is a tensor whose size is only known when the model runs. */
  readonly kernel: readonly Dim[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Undefined where automatic padding depends on sizes that are only known when the model runs. */
  readonly pads: Pads | undefined;
  readonly autoPad: 'SAME_UPPER' | 'SAME_LOWER' | undefined;
  /** What automatic padding takes for the size of the window: for a pooling it overlooks dilations. */
  readonly reach: readonly Dim[];
  readonly pooling: boolean;
  readonly ceil: boolean;
}

export interface Pads {
  readonly begin: readonly number[];
  readonly end: readonly number[];
}

/** How far apart the first and the last element are that a kernel touches, plus one. */
export function spanOf(kernel: number, dilation: number): number {
  return dilation * (kernel - 1) + 1;
}

/**
 * Reads the attributes that convolutions and poolings share, the latter being what has no weights.
 * `input` is the shape that the window slides over, `weights` that of a convolution's kernel.
 */
export function readWindow(node: Node, input: Shape, weights?: Shape): Window | undefined {
  const kernel: readonly Dim[] | undefined = node.ints('kernel_shape') ?? weights?.slice(2);
  const rank = kernel?.length ?? (input ? input.length - 2 : undefined);
  if (!kernel || rank === undefined) return undefined;
  const ones = kernel.map(() => 1);
  const strides = filled(node.ints('strides'), ones);
  const dilations = filled(node.ints('dilations'), ones);
  const automatic = node.string('auto_pad', 'NOTSET');
  const same = automatic === 'SAME_UPPER' || automatic === 'SAME_LOWER' ? automatic : undefined;
  const explicit = automatic === 'NOTSET' ? filled(node.ints('pads'), [...ones, ...ones].fill(0)) : undefined;
  const pooling = node.operator !== 'Conv';
  const reach = kernel.map((taps, axis): Dim =>
    typeof taps === 'number' && !pooling ? spanOf(taps, dilations[axis]!) : taps,
  );
  const pads = same
    ? samePads(same, pooling, reach, strides, input?.slice(2) ?? [])
    : { begin: explicit?.slice(0, rank) ?? ones.map(() => 0), end: explicit?.slice(rank) ?? ones.map(() => 0) };
  return {
    rank,
    kernel,
    strides,
    dilations,
    pads,
    autoPad: same,
    reach,
    pooling,
    ceil: node.int('ceil_mode', 0) !== 0,
  };
}

/** The number of places of the window along each axis of an input. */
export function windowOutput(window: Window, input: readonly Dim[]): readonly Dim[] {
  const { kernel, strides, dilations, pads, autoPad, reach, ceil } = window;
  return input.map((size, axis) => {
    const stride = strides[axis]!;
    const dilation = dilations[axis]!;
    if (autoPad) {
      const taps = kernel[axis]!;
      const spans = typeof taps === 'number' && reach[axis] !== spanOf(taps, dilation);
      if (typeof reach[axis] === 'number' && spans) {
        const [begin, end] = [0, 1].map(
          (side) => (length: number) => samePad(autoPad, true, reach[axis] as number, stride, length)[side]!,
        );
        const write = ([length]: readonly [Dim]) =>
          ceil
            ? callOf('places', [length, `kernel ${taps}`, `stride ${stride}`, `dilation ${dilation}`, autoPad])
            : sumName([
                ceilOf(length, stride),
                Math.floor(((reach[axis] as number) - spanOf(taps, dilation)) / stride),
              ]);
        return formula(write, [size], (length) =>
          placesOf(length, spanOf(taps, dilation), stride, begin!(length), end!(length), ceil),
        );
      }
      return stride === 1
        ? size
        : formula(
            ([length]) => ceilOf(length, stride),
            [size],
            (known) => Math.floor((known + stride - 1) / stride),
          );
    }
    const begin = pads!.begin[axis]!;
    const end = pads!.end[axis]!;
    const span = kernel[axis]!;
    if (stride === 1 && typeof span === 'number' && begin + end === spanOf(span, dilation) - 1) return size;
    return formula(
      ([length, taps]) => placesName(length, taps, { stride, dilation, begin, end, ceil }),
      [size, span],
      (length, taps) => placesOf(length, spanOf(taps, dilation), stride, begin, end, ceil),
    );
  });
}

interface Steps {
  readonly stride: number;
  readonly dilation: number;
  readonly begin: number;
  readonly end: number;
  readonly ceil: boolean;
}

/** What `placesOf` gives, as an expression. */
function placesName(length: Dim, taps: Dim, { stride, dilation, begin, end, ceil }: Steps): Dim {
  const span = typeof taps === 'number' ? spanOf(taps, dilation) : undefined;
  const room =
    span === undefined
      ? `${term(sumName([length, begin + end + dilation - 1]))} - ${term(product([taps, dilation]))}`
      : sumName([length, begin + end - span]);
  if (!ceil) return sumName([floorOf(room, stride), 1]);
  const count = sumName([ceilOf(room, stride), 1]);
  // A last window that would start in the padding is none.
  const always = span !== undefined && end + stride <= span;
  return always ? count : `min(${count}, ${ceilOf(sumName([length, begin]), stride)})`;
}

/** The places of a window along one axis. With `ceil` a last window may hang over the end, but it does not start in the padding there. */
export function placesOf(
  length: number,
  span: number,
  stride: number,
  begin: number,
  end: number,
  ceil: boolean,
): number {
  const room = length + begin + end - span;
  // As the runtime has it, a window that is larger than what it slides over by less than a stride has one place.
  if (!ceil) return Math.trunc(room / stride) + 1;
  const count = Math.ceil(room / stride) + 1;
  return (count - 1) * stride >= length + begin ? count - 1 : count;
}

function samePads(
  mode: 'SAME_UPPER' | 'SAME_LOWER',
  pooling: boolean,
  reach: readonly Dim[],
  strides: readonly number[],
  input: readonly Dim[],
): Pads | undefined {
  const begin: number[] = [];
  const end: number[] = [];
  for (const [axis, taps] of reach.entries()) {
    const size = input[axis];
    const stride = strides[axis]!;
    if (typeof taps !== 'number' || (stride > 1 && typeof size !== 'number')) return undefined;
    const [head, tail] = samePad(mode, pooling, taps, stride, typeof size === 'number' ? size : 1);
    begin.push(head);
    end.push(tail);
  }
  return { begin, end };
}

/**
 * As ONNX Runtime's kernels have it: negative where the stride goes beyond the window, and halves then rounded towards zero, for a
 * convolution from one more.
 */
function samePad(
  mode: 'SAME_UPPER' | 'SAME_LOWER',
  pooling: boolean,
  reach: number,
  stride: number,
  size: number,
): readonly [begin: number, end: number] {
  const total = (Math.ceil(size / stride) - 1) * stride + reach - size;
  const extra = (mode === 'SAME_UPPER' ? 0 : 1) + (!pooling && total < 0 ? 1 : 0);
  const begin = Math.trunc((total + extra) / 2);
  return [begin, total - begin];
}

function filled(given: readonly number[] | undefined, fallback: readonly number[]): readonly number[] {
  return given && given.length > 0 ? given : fallback;
}
