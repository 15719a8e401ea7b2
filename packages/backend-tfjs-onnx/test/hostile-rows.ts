import { elementCount, type SeededRandom as Random } from '@understory/core';
import type { AttributeInputs } from '@understory/onnx-autodiff';
import { fed, ints, number, weight, type Input, type Row } from './model.ts';

type Draw = (random: Random) => Omit<Row, 'operator' | 'form'>;

const integer = (random: Random, low: number, high: number) => low + Math.floor(random.uniform() * (high - low + 1));
const chance = (random: Random, probability: number) => random.uniform() < probability;
const pick = <T>(random: Random, values: readonly T[]): T => values[integer(random, 0, values.length - 1)]!;
const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const sizes = (random: Random, rank: number, high = 5) => many(rank, () => integer(random, 1, high));

/** The list with one of its numbers moved, in half of the cases. */
function bent(random: Random, values: readonly number[], low = 0): number[] {
  if (values.length === 0 || chance(random, 0.5)) return [...values];
  const at = integer(random, 0, values.length - 1);
  return values.with(at, Math.max(low, values[at]! + pick(random, [-2, -1, 1, 2])));
}

/** Fed with the batch in front, or a weight. */
const either = (random: Random, dims: readonly number[]): Input =>
  chance(random, 0.5) ? fed(...dims) : weight(...dims);

/** Fed indices stand where they are computed: they are constants here, some of them out of range. */
const indices = (random: Random, dims: readonly number[], size: number): Input => ({
  constant: {
    type: 'int64',
    dims,
    values: many(elementCount(dims), () =>
      integer(random, -size - (chance(random, 0.1) ? 1 : 0), size - (chance(random, 0.15) ? 0 : 1)),
    ),
  },
});

/** Strides, dilations, padding of a window over two axes. */
function windowed(random: Random): AttributeInputs {
  const auto = chance(random, 0.25) ? pick(random, ['SAME_UPPER', 'SAME_LOWER', 'VALID']) : undefined;
  return {
    ...(chance(random, 0.5) && { strides: many(2, () => integer(random, 1, 3)) }),
    ...(chance(random, 0.3) && { dilations: many(2, () => integer(random, 1, 3)) }),
    ...(auto !== undefined
      ? { auto_pad: auto }
      : chance(random, 0.5) && { pads: many(4, () => integer(random, 0, 2)) }),
  };
}

const image = (random: Random, channels: number): number[] => [
  1,
  channels,
  integer(random, 1, 6),
  integer(random, 1, 6),
];

const pooling: Draw = (random) => ({
  inputs: [fed(...image(random, 2))],
  attributes: {
    kernel_shape: many(2, () => integer(random, 1, 4)),
    ...windowed(random),
    ...(chance(random, 0.3) && { ceil_mode: 1 }),
  },
});

const broadcasting: Draw = (random) => {
  const whole = sizes(random, 4, 4);
  const part = (): number[] =>
    bent(
      random,
      whole.slice(integer(random, 0, 3)).map((size) => (chance(random, 0.3) ? 1 : size)),
      1,
    );
  return { inputs: [fed(1, ...part()), either(random, [1, ...part()])] };
};

const reducing: Draw = (random) => {
  const axes = many(integer(random, 1, 2), () => integer(random, -4, 3));
  return {
    inputs: [fed(1, ...sizes(random, integer(random, 1, 3))), ints(...axes)],
    attributes: { keepdims: integer(random, 0, 1) },
  };
};

const onAxis =
  (low: number, high: number): Draw =>
  (random) => ({
    inputs: [fed(1, ...sizes(random, integer(random, 1, 3)))],
    attributes: { axis: integer(random, low, high) },
  });

/** Operators with inputs and attributes of which about every second does not fit. */
export const hostile: Readonly<Record<string, Draw>> = {
  Conv: (random) => {
    const groups = chance(random, 0.4) ? integer(random, 1, 4) : 1;
    const channels = groups * integer(random, 1, 2);
    const out = groups * integer(random, 1, 2);
    const filter = [out, channels / groups, integer(random, 1, 4), integer(random, 1, 4)];
    const bias = chance(random, 0.4) ? [weight(...bent(random, [out], 1))] : [];
    return {
      inputs: [fed(...image(random, bent(random, [channels], 1)[0]!)), weight(...bent(random, filter, 1)), ...bias],
      attributes: { group: groups, ...windowed(random) },
    };
  },
  ConvTranspose: (random) => {
    const groups = chance(random, 0.3) ? 2 : 1;
    const filter = [
      groups * integer(random, 1, 2),
      integer(random, 1, 2),
      integer(random, 1, 3),
      integer(random, 1, 3),
    ];
    const bias = chance(random, 0.4) ? [weight(...bent(random, [filter[1]! * groups], 1))] : [];
    return {
      inputs: [fed(...image(random, filter[0]!)), weight(...bent(random, filter, 1)), ...bias],
      attributes: {
        group: groups,
        ...(chance(random, 0.6) && { strides: many(2, () => integer(random, 1, 3)) }),
        ...(chance(random, 0.6) && { pads: many(4, () => integer(random, 0, 3)) }),
        ...(chance(random, 0.3) && { output_padding: many(2, () => integer(random, 0, 2)) }),
      },
    };
  },
  MaxPool: pooling,
  AveragePool: (random) => {
    const row = pooling(random);
    const kept = Object.entries(row.attributes!).filter(([name]) => name !== 'dilations');
    // Dilated means came with opset 19.
    return { ...row, attributes: { ...Object.fromEntries(kept), count_include_pad: integer(random, 0, 1) } };
  },
  BatchNormalization: (random) => {
    const channels = integer(random, 1, 4);
    const lengths = bent(
      random,
      many(4, () => channels),
      1,
    );
    return {
      inputs: [
        fed(1, channels, ...sizes(random, integer(random, 0, 2))),
        ...lengths.map((length): Input => ({ weight: [length], positive: true })),
      ],
    };
  },
  InstanceNormalization: (random) => {
    const channels = integer(random, 1, 4);
    const lengths = bent(random, [channels, channels], 1);
    return { inputs: [fed(1, channels, ...sizes(random, 2)), ...lengths.map((length) => weight(length))] };
  },
  LayerNormalization: (random) => {
    const dims = sizes(random, 3);
    return {
      inputs: [fed(1, ...dims), weight(...bent(random, dims.slice(2), 1)), weight(...bent(random, dims.slice(2), 1))],
      attributes: { axis: pick(random, [-1, -1, 3, 4, -5]) },
    };
  },
  LRN: (random) => ({ inputs: [fed(...image(random, 3))], attributes: { size: pick(random, [1, 3, 5]) } }),
  MatMul: (random) => {
    const inner = integer(random, 1, 4);
    const b = chance(random, 0.5) ? [inner, 3] : chance(random, 0.5) ? [inner] : [2, inner, 3];
    return {
      inputs: [fed(1, ...bent(random, [2, 2, inner], 1).slice(integer(random, 0, 2))), weight(...bent(random, b, 1))],
    };
  },
  Gemm: (random) => {
    const [rows, inner, columns] = [1, integer(random, 1, 4), integer(random, 1, 4)];
    const [turnsA, turnsB] = [integer(random, 0, 1), integer(random, 0, 1)];
    const c = chance(random, 0.5) ? [weight(...bent(random, [columns], 1))] : [];
    return {
      inputs: [
        fed(...(turnsA === 1 ? [inner, rows] : [rows, inner])),
        weight(...bent(random, turnsB === 1 ? [columns, inner] : [inner, columns], 1)),
        ...c,
      ],
      attributes: { transA: turnsA, transB: turnsB },
    };
  },
  Add: broadcasting,
  Mul: broadcasting,
  Pow: broadcasting,
  Max: broadcasting,
  PRelu: broadcasting,
  Where: (random) => {
    const { inputs } = broadcasting(random);
    const condition = bent(random, [2], 1);
    return {
      inputs: [{ constant: { type: 'bool', dims: condition, values: many(condition[0]!, () => 1) } }, ...inputs],
    };
  },
  Concat: (random) => {
    const dims = sizes(random, integer(random, 1, 3));
    const parts = many(integer(random, 1, 3), () => either(random, [1, ...bent(random, dims, 1)]));
    const axis = integer(random, -4, 4);
    const extra = chance(random, 0.2) ? [weight(...dims)] : [];
    return { inputs: [fed(1, ...dims), ...parts, ...extra], attributes: { axis } };
  },
  Reshape: (random) => {
    const dims = sizes(random, 3, 4);
    const wanted = chance(random, 0.5) ? [dims[0]! * dims[1]!, dims[2]!] : [1, dims[0]!, -1];
    return {
      inputs: [fed(1, ...dims), ints(...bent(random, wanted, -2))],
      attributes: chance(random, 0.3) ? { allowzero: 1 } : {},
    };
  },
  Expand: (random) => {
    const dims = sizes(random, 3, 3);
    return { inputs: [fed(1, ...dims), ints(...bent(random, [2, 1, ...dims].slice(integer(random, 0, 4)), 1))] };
  },
  Flatten: onAxis(-5, 5),
  Softmax: onAxis(-5, 4),
  LogSoftmax: onAxis(-5, 4),
  Squeeze: (random) => ({
    inputs: [fed(1, ...sizes(random, 3, 2)), ints(...many(integer(random, 1, 2), () => integer(random, -5, 4)))],
  }),
  Unsqueeze: (random) => ({
    inputs: [fed(1, ...sizes(random, 2)), ints(...many(integer(random, 1, 2), () => integer(random, -5, 5)))],
  }),
  Transpose: (random) => ({ inputs: [fed(1, ...sizes(random, 2))], attributes: { perm: bent(random, [2, 0, 1]) } }),
  Slice: (random) => {
    const count = integer(random, 1, 2);
    const axes = many(count, () => integer(random, -4, 4));
    return {
      inputs: [
        fed(1, ...sizes(random, 3)),
        ints(...many(count, () => integer(random, -6, 6))),
        ints(...many(chance(random, 0.9) ? count : count + 1, () => integer(random, -6, 6))),
        ints(...axes),
        ints(...many(count, () => integer(random, -2, 2))),
      ],
    };
  },
  Split: (random) => {
    const size = integer(random, 2, 6);
    const [first] = [integer(random, 0, size)];
    return {
      inputs: [fed(1, size, 2), ints(...bent(random, [first, size - first], -1))],
      attributes: { axis: pick(random, [1, 1, -2, 3, -4]) },
      outputs: 2,
    };
  },
  Pad: (random) => {
    const dims = sizes(random, 2);
    const rank = dims.length + 1;
    const pads = many(2 * rank, (at) => (at % rank === 0 ? 0 : integer(random, -3, 3)));
    return {
      inputs: [fed(1, ...dims), ints(...(chance(random, 0.9) ? pads : pads.slice(1)))],
      attributes: { mode: pick(random, ['constant', 'constant', 'reflect', 'edge']) },
    };
  },
  Gather: (random) => {
    const dims = [1, ...sizes(random, 2)];
    const axis = integer(random, -4, 3);
    const size = dims.at(axis) ?? 2;
    return { inputs: [fed(...dims), indices(random, pick(random, [[], [2], [2, 2]]), size)], attributes: { axis } };
  },
  GatherND: (random) => {
    const dims = [1, ...sizes(random, 2, 3)];
    return { inputs: [fed(...dims), indices(random, [2, integer(random, 1, 4)], Math.min(...dims))] };
  },
  ScatterND: (random) => {
    const dims = [1, ...sizes(random, 2, 3)];
    const depth = integer(random, 1, 3);
    const updates = [1, ...dims.slice(depth)];
    return {
      inputs: [fed(...dims), indices(random, [1, depth], Math.min(...dims)), weight(...bent(random, updates, 1))],
    };
  },
  Resize: (random) => {
    const [, , height = 1, width = 1] = image(random, 2);
    const bySize = chance(random, 0.5);
    const floats = (values: number[]): Input => ({ constant: { type: 'float32', dims: [values.length], values } });
    return {
      inputs: [
        fed(1, 2, height, width),
        null,
        ...(bySize
          ? [floats([]), ints(...bent(random, [1, 2, integer(random, 0, 6), integer(random, 0, 6)]))]
          : [
              floats(
                [1, 1, pick(random, [0.1, 0.5, 2]), pick(random, [0, 0.1, -1, 0.5, 2])].slice(
                  chance(random, 0.1) ? 1 : 0,
                ),
              ),
            ]),
      ],
      attributes: { mode: pick(random, ['nearest', 'linear', 'cubic']) },
    };
  },
  Tile: (random) => ({
    inputs: [fed(1, ...sizes(random, 2)), ints(...many(chance(random, 0.8) ? 3 : 2, () => integer(random, -1, 3)))],
  }),
  DepthToSpace: (random) => ({
    inputs: [fed(...image(random, integer(random, 1, 9)))],
    attributes: { blocksize: integer(random, 0, 3), mode: pick(random, ['DCR', 'CRD']) },
  }),
  CumSum: (random) => ({
    inputs: [fed(1, ...sizes(random, 2)), { constant: { type: 'int64', dims: [], values: [integer(random, -5, 4)] } }],
  }),
  ReduceMean: reducing,
  ReduceSum: reducing,
  ReduceMax: reducing,
  ReduceL2: reducing,
  Trilu: (random) => ({ inputs: [fed(1, ...sizes(random, integer(random, 0, 2)))] }),
  Einsum: (random) => {
    const inner = integer(random, 1, 3);
    return {
      inputs: [fed(1, 2, inner), weight(...bent(random, [inner, 3], 1))],
      attributes: { equation: pick(random, ['bij,jk->bik', 'bij,jk->bk', 'bij,jkl->bik', 'bij,jk->bim']) },
    };
  },
  Clip: (random) => ({
    inputs: [fed(1, ...sizes(random, 2)), number(-0.5), chance(random, 0.5) ? number(0.5) : weight(2)],
  }),
  GroupNormalization: (random) => {
    const channels = integer(random, 1, 6);
    const groups = integer(random, 1, 4);
    const lengths = bent(random, [groups, groups], 1);
    return {
      inputs: [fed(1, channels, 2, 2), ...lengths.map((length) => weight(length))],
      attributes: { num_groups: groups },
    };
  },
};

/** Rows that are drawn from a seed: the operators in turn. */
export function drawn(operator: string, random: Random, form: string): Row {
  return {
    operator,
    form,
    sizes: chance(random, 0.7) ? 'open' : 'fixed',
    ...hostile[operator]!(random),
  };
}
