import type { OperatorUse } from '../operator.ts';
import { reach, windowOf, type ImageWindow } from './window.ts';

type Pair = readonly [number, number];

export interface PoolingWindow extends ImageWindow {
  /** The padding and the last windows' reach beyond it, for an image of this size. */
  readonly borders: (height: number, width: number) => readonly [Pair, Pair];
  /** How many results there are along rows and columns. */
  readonly counts: (height: number, width: number) => Pair;
}

/** The window of a pooling; refuses dilation. */
export function poolingWindow(use: OperatorUse): PoolingWindow {
  const window = windowOf(use, use.node.ints('kernel_shape', []));
  const { kernel, strides, dilations, pads } = window;
  if (dilations.some((dilation) => dilation !== 1)) use.refuse(`dilations [${dilations.join(', ')}]`);
  const roundsUp = use.node.int('ceil_mode', 0) === 1;
  const count = (size: number, [before, behind]: Pair, axis: 0 | 1): number => {
    const room = size + before + behind - reach(kernel[axis], 1);
    if (!roundsUp) return Math.floor(room / strides[axis]) + 1;
    const results = Math.ceil(room / strides[axis]) + 1;
    // A window that begins behind the image and the padding in front of it has nothing to look at.
    return (results - 1) * strides[axis] >= size + before ? results - 1 : results;
  };
  const counts = (height: number, width: number): Pair => {
    const [rows, columns] = pads(height, width);
    return [count(height, rows, 0), count(width, columns, 1)];
  };
  const border = (size: number, [before]: Pair, axis: 0 | 1, results: number): Pair => [
    before,
    (results - 1) * strides[axis] + kernel[axis] - size - before,
  ];
  return {
    ...window,
    counts,
    borders: (height, width) => {
      const [rows, columns] = pads(height, width);
      const [down, across] = counts(height, width);
      return [border(height, rows, 0, down), border(width, columns, 1, across)];
    },
  };
}
