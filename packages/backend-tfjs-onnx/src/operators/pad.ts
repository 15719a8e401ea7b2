import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { axisIn } from '../support/axes.ts';
import { alike } from '../support/elementwise.ts';

export const pad: Operator = {
  through: [0],
  writes: alike,
  prepare(use) {
    const pads = use.numbers(1);
    const value = use.has(2) ? (use.numbers(2)[0] ?? 0) : 0;
    const rank = use.rank(0);
    const named = use.has(3) ? use.numbers(3) : Array.from({ length: rank }, (_, axis) => axis);
    const mode = use.node.string('mode', 'constant');
    const places = named.map((axis, at) => ({
      axis: axisIn(use.layout, axis, rank),
      before: pads[at]!,
      behind: pads[at + named.length]!,
    }));
    const moving = places.filter(({ before, behind }) => before !== 0 || behind !== 0);
    if (mode !== 'constant') {
      // Places along each axis where the padding is taken from.
      return (read) =>
        moving.reduce((x, { axis, before, behind }) => {
          const size = x.shape[axis]!;
          const from = Int32Array.from({ length: size + before + behind }, (_, at) => source(mode, at - before, size));
          return tf.gather(x, tf.tensor1d(from, 'int32'), axis);
        }, read(0));
    }
    return (read) => {
      let x = read(0);
      const begin = x.shape.map(() => 0);
      const size = [...x.shape];
      const around = x.shape.map((): [number, number] => [0, 0]);
      for (const { axis, before, behind } of moving) {
        begin[axis] = Math.max(0, -before);
        size[axis] = size[axis]! + Math.min(0, before) + Math.min(0, behind);
        around[axis] = [Math.max(0, before), Math.max(0, behind)];
      }
      if (moving.some(({ before, behind }) => before < 0 || behind < 0)) x = tf.slice(x, begin, size);
      return tf.pad(x, around, value);
    };
  },
};

/** The place that padding at a distance from the start copies. */
function source(mode: string, at: number, size: number): number {
  if (mode === 'edge') return Math.min(Math.max(at, 0), size - 1);
  if (mode === 'wrap') return ((at % size) + size) % size;
  const period = Math.max(1, 2 * (size - 1));
  const within = ((at % period) + period) % period;
  return within < size ? within : period - within;
}
