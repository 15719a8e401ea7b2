import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { axisIn } from '../support/axes.ts';
import { alike } from '../support/elementwise.ts';

export const slice: Operator = {
  through: [0],
  writes: alike,
  prepare(use) {
    const [starts, ends] = [use.numbers(1), use.numbers(2)];
    const axes = use.has(3) ? use.numbers(3) : starts.map((_, axis) => axis);
    const steps = use.has(4) ? use.numbers(4) : starts.map(() => 1);
    return (read) => {
      const x = read(0);
      const begin = x.shape.map(() => 0);
      const size = [...x.shape];
      const strides = x.shape.map(() => 1);
      const turned: number[] = [];
      axes.forEach((named, at) => {
        const axis = axisIn(use.layout, named, x.rank);
        const step = steps[at]!;
        const { first, count } = range(x.shape[axis]!, starts[at]!, ends[at]!, step);
        strides[axis] = Math.abs(step);
        size[axis] = count === 0 ? 0 : (count - 1) * Math.abs(step) + 1;
        begin[axis] = step > 0 ? first : first - (size[axis]! - 1);
        if (step < 0) turned.push(axis);
      });
      const part = tf.slice(x, begin, size);
      const forward = turned.length > 0 ? tf.reverse(part, turned) : part;
      if (strides.every((stride) => stride === 1)) return forward;
      return tf.stridedSlice(
        forward,
        begin.map(() => 0),
        forward.shape,
        strides,
      );
    };
  },
};

/** The first place and how many places a slice takes, as ONNX clamps them. */
function range(size: number, start: number, end: number, step: number) {
  const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);
  const from = start < 0 ? start + size : start;
  const to = end < 0 ? end + size : end;
  const first = step > 0 ? clamp(from, 0, size) : clamp(from, 0, size - 1);
  const last = step > 0 ? clamp(to, 0, size) : clamp(to, -1, size - 1);
  return { first, count: Math.max(0, Math.ceil((last - first) / step)) };
}
