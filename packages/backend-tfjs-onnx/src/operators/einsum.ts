import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { batched } from '../support/batched.ts';

/** Two operands as one product of matrices: what both and the result have is a batch, what the result lacks is summed. */
export const einsum: Operator = {
  prepare(use) {
    const equation = use.node.string('equation', '').replaceAll(' ', '');
    const [left = '', result] = equation.split('->');
    const [first = '', second, ...others] = left.split(',');
    const plain = [first, second ?? '', result ?? ''].every(
      (labels) => /^[A-Za-z]*$/.test(labels) && new Set(labels).size === labels.length,
    );
    if (second === undefined || others.length > 0 || result === undefined || !plain)
      use.refuse(`the equation "${equation}"`);
    const [a, b, out] = [[...first], [...second!], [...result!]];
    const batch = out.filter((label) => a.includes(label) && b.includes(label));
    const summed = a.filter((label) => b.includes(label) && !out.includes(label));
    const rows = a.filter((label) => out.includes(label) && !b.includes(label));
    const columns = b.filter((label) => out.includes(label) && !a.includes(label));
    const alone = [...a, ...b].filter((label) => ![...batch, ...summed, ...rows, ...columns].includes(label));
    if (alone.length > 0) use.refuse(`the equation "${equation}", which sums over an axis of one operand`);
    return (read) => {
      const [x, y] = [read(0), read(1)];
      const size = (label: string) => (a.includes(label) ? x.shape[a.indexOf(label)]! : y.shape[b.indexOf(label)]!);
      const total = (labels: readonly string[]) => labels.reduce((product, label) => product * size(label), 1);
      const matrix = (of: tf.Tensor, own: readonly string[], down: readonly string[], across: readonly string[]) => {
        const order = [...batch, ...down, ...across].map((label) => own.indexOf(label));
        return tf.reshape(tf.transpose(of, order), [total(batch), total(down), total(across)]);
      };
      const product = batched(matrix(x, a, rows, summed), matrix(y, b, summed, columns));
      const labels = [...batch, ...rows, ...columns];
      return tf.transpose(
        tf.reshape(product, labels.map(size)),
        out.map((label) => labels.indexOf(label)),
      );
    };
  },
};
