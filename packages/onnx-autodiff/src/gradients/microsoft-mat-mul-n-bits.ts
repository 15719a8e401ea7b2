import { errors } from '../errors.ts';
import type { Decomposition, GradientContext } from '../gradient-rule.ts';
import { unpacked } from '../support/packed-bits.ts';
import type { Value } from '../types.ts';

export const microsoftMatMulNBits: Decomposition = {
  operator: 'MatMulNBits',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers:
    '2, 4 and 8 bits, blocks of any size, zero points packed, floating-point or left out. Of A, of the scales and of the bias; rounding of A ' +
    'by accuracy_level counts as the identity. The packed weights have no gradient.',
  refuses: {
    g_idx: 'the order of rows of GPTQ, which language models have',
    weight_prepacked: 'laid out for one kernel of one machine',
  },
  inputs: [0, 2, 5],
  decompose: (context) => {
    const { inputs, graph } = context;
    const product = graph.matmul(inputs[0]!, graph.transpose(weightsOf(context), [1, 0]));
    return [inputs[5] ? graph.add(product, inputs[5]) : product];
  },
};

/** The weights `[N, K]`. */
function weightsOf({ node, inputs: [a, packed, scales, zeros, groups], graph }: GradientContext): Value {
  const limit = (found: string, expected: string) => errors.ruleLimit('MatMulNBits', node.name, found, expected);
  const [rows, columns, block, bits] = ['N', 'K', 'block_size', 'bits'].map((name) =>
    node.int(name, name === 'bits' ? 4 : 0),
  );
  if (groups) throw limit('g_idx', 'blocks in the order of the rows');
  if (node.int('weight_prepacked', 0) !== 0) throw limit('prepacked weights', 'weights as the operator packs them');
  if (!rows || !columns || !block || ![2, 4, 8].includes(bits!)) {
    throw limit(`N ${rows}, K ${columns}, block_size ${block}, ${bits} bits`, 'sizes above 0 and 2, 4 or 8 bits');
  }
  const blocks = Math.ceil(columns / block);
  const type = a!.type ?? 'float32';
  const levels = (value: Value, count: number, shape: readonly number[]) => {
    const wide = unpacked(graph, graph.reshape(value, [rows, -1]), bits!);
    const kept = graph.slice(wide, [0], [count], [1]);
    return graph.reshape(graph.cast(kept, type), shape);
  };
  const steps = levels(packed!, blocks * block, [rows, blocks, block]);
  const middle = graph.scalarLike({ ...a!, type }, 2 ** (bits! - 1));
  const isPacked = zeros?.type === 'uint8';
  const zero = !zeros
    ? middle
    : isPacked
      ? levels(zeros, blocks, [rows, blocks, 1])
      : graph.reshape(zeros, [rows, blocks, 1]);
  const weights = graph.mul(graph.sub(steps, zero), graph.reshape(scales!, [rows, blocks, 1]));
  return graph.slice(graph.reshape(weights, [rows, blocks * block]), [0], [columns], [1]);
}
