import { errors } from '../errors.ts';
import type { Decomposition, GradientContext } from '../gradient-rule.ts';
import { unpacked } from '../support/packed-bits.ts';
import type { Value } from '../types.ts';

/** What the sixteen numbers of four bits stand for, as multiples of the largest magnitude of their block. */
const levels = {
  fp4: [0, 1 / 192, 2 / 3, 1, 1 / 3, 1 / 2, 1 / 6, 1 / 4],
  nf4: [
    ...[-1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334],
    ...[-0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224],
    ...[0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1],
  ],
} as const;
const tables = [[...levels.fp4, ...levels.fp4.map((level) => -level)], levels.nf4] as const;

export const microsoftMatMulBnb4: Decomposition = {
  operator: 'MatMulBnb4',
  domain: 'com.microsoft',
  opsets: [7, 26],
  covers:
    'Weights of four bits as bitsandbytes packs them, FP4 and NF4, blocks of any size; of A and of the largest magnitudes of blocks. The ' +
    'packed weights have no gradient.',
  refuses: {
    'transB = 0': 'no quantiser writes it',
  },
  inputs: [0, 2],
  decompose: (context) => [
    context.graph.matmul(context.inputs[0]!, context.graph.transpose(weightsOf(context), [1, 0])),
  ],
};

/** The weights `[N, K]`. */
function weightsOf({ node, inputs: [a, packed, magnitudes], graph }: GradientContext): Value {
  const [rows, columns, block, kind] = ['N', 'K', 'block_size', 'quant_type'].map((name) => node.int(name, 0));
  const table = tables[kind!];
  if (!rows || !columns || !block || !table || node.int('transB', 1) !== 1) {
    throw errors.ruleLimit(
      'MatMulBnb4',
      node.name,
      `N ${rows}, K ${columns}, block_size ${block}, quant_type ${kind}, transB ${node.int('transB', 1)}`,
      'sizes above 0, quant_type 0 or 1 and transB 1',
    );
  }
  const type = a!.type ?? 'float32';
  const count = rows * columns;
  const blocks = Math.ceil(count / block);
  // The first of two numbers lies in the higher bits.
  const pairs = graph.reshape(unpacked(graph, graph.reshape(packed!, [1, -1]), 4), [-1, 2]);
  const places = graph.reshape(graph.op('Gather', [pairs, graph.ints([1, 0])], { axis: 1 }), [-1]);
  const known = graph.constant({ type, dims: [16], values: table });
  const shares = graph.op('Gather', [known, graph.cast(graph.slice(places, [0], [count], [0]), 'int64')], { axis: 0 });
  const each = graph.op('Expand', [graph.unsqueeze(magnitudes!, [1]), graph.ints([blocks, block])]);
  const scales = graph.slice(graph.reshape(each, [-1]), [0], [count], [0]);
  return graph.reshape(graph.mul(shares, scales), [rows, columns]);
}
