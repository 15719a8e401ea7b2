import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { axisIn } from '../support/axes.ts';
import { alike } from '../support/elementwise.ts';

export const split: Operator = {
  through: [0],
  writes: alike,
  prepare(use) {
    const given = use.has(1) ? use.numbers(1) : undefined;
    const parts = given?.length ?? use.node.int('num_outputs') ?? use.node.outputs.length;
    return (read) => {
      const x = read(0);
      const axis = axisIn(use.layout, use.node.int('axis', 0), x.rank);
      const whole = x.shape[axis]!;
      const each = Math.ceil(whole / parts);
      const sizes = given ?? Array.from({ length: parts }, (_, at) => Math.min(each, whole - at * each));
      let start = 0;
      return sizes.map((size) => {
        const begin = x.shape.map((_, at) => (at === axis ? start : 0));
        start += size;
        return tf.slice(x, begin, x.shape.with(axis, size));
      });
    };
  },
};
