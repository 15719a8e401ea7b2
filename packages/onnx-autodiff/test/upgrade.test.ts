import { describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { GraphProtoSchema, ModelProtoSchema, ValueInfoProtoSchema } from 'onnx-buf';
import { Graph, Node, parseModel, writeTensor, type AttributeInputs, type Constant, type Value } from '../src/index.ts';
import { raiseOpset, upgradeRules, workingOpset } from '../src/upgrade/index.ts';
import { execute } from './execute.ts';

interface Row {
  readonly operator: string;
  readonly form: string;
  readonly opset: number;
  readonly attributes?: AttributeInputs;
  readonly inputs: readonly (Partial<Constant> & { readonly dims: readonly number[]; readonly weight?: boolean })[];
  readonly outputs?: number;
  /** The operators that it becomes where sizes are known. */
  readonly raised?: readonly string[];
}

const x = (...dims: number[]) => ({ dims });
const ints = (...values: number[]) => ({ type: 'int64' as const, dims: [values.length], values, weight: true });
const floats = (...values: number[]) => ({ type: 'float32' as const, dims: [values.length], values, weight: true });

const reductions = ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'Sum', 'SumSquare'].map(
  (kind) => `Reduce${kind}`,
);

const rows: readonly Row[] = [
  { operator: 'BatchNormalization', form: 'opset 7', opset: 7, inputs: [x(2, 3, 4), x(3), x(3), x(3), x(3)] },
  {
    operator: 'BatchNormalization',
    form: 'a statistic an activation',
    opset: 7,
    attributes: { spatial: 0, epsilon: { float: 0.01 } },
    inputs: [x(2, 3, 4), x(3, 4), x(3, 4), x(3, 4), x(3, 4)],
    raised: ['Constant', 'Add', 'Sqrt', 'Sub', 'Div', 'Mul', 'Add'],
  },
  {
    operator: 'BatchNormalization',
    form: 'momentum and spatial',
    opset: 8,
    attributes: { spatial: 1, momentum: { float: 0.5 } },
    inputs: [x(2, 3, 4), x(3), x(3), x(3), x(3)],
    raised: ['BatchNormalization'],
  },
  { operator: 'BatchNormalization', form: 'opset 9', opset: 9, inputs: [x(2, 3, 4), x(3), x(3), x(3), x(3)] },
  {
    operator: 'Clip',
    form: 'both bounds',
    opset: 7,
    attributes: { min: { float: 0.4 }, max: { float: 0.7 } },
    inputs: [x(3, 4)],
  },
  { operator: 'Clip', form: 'only a minimum', opset: 10, attributes: { min: { float: 0.4 } }, inputs: [x(3, 4)] },
  { operator: 'Clip', form: 'only a maximum', opset: 6 + 1, attributes: { max: { float: 0.4 } }, inputs: [x(3, 4)] },
  { operator: 'Clip', form: 'no bounds', opset: 8, inputs: [x(3, 4)] },
  { operator: 'Dropout', form: 'opset 7', opset: 7, attributes: { ratio: { float: 0.9 } }, inputs: [x(3, 4)] },
  { operator: 'Dropout', form: 'opset 10', opset: 10, attributes: { ratio: { float: 0.9 } }, inputs: [x(3, 4)] },
  {
    operator: 'Pad',
    form: 'a constant',
    opset: 7,
    attributes: { pads: [0, 1, 2, 0], value: { float: 3 } },
    inputs: [x(3, 4)],
  },
  { operator: 'Pad', form: 'zeros by default', opset: 10, attributes: { pads: [1, 0, 0, 2] }, inputs: [x(3, 4)] },
  { operator: 'Pad', form: 'negative', opset: 10, attributes: { pads: [-1, 1, 0, -1] }, inputs: [x(3, 4)] },
  {
    operator: 'Pad',
    form: 'reflected',
    opset: 10,
    attributes: { pads: [0, 1, 2, 0], mode: 'reflect' },
    inputs: [x(3, 4)],
  },
  { operator: 'Pad', form: 'edges', opset: 10, attributes: { pads: [0, 1, 2, 0], mode: 'edge' }, inputs: [x(3, 4)] },
  ...reductions.flatMap((operator): readonly Row[] => [
    { operator, form: 'some axes', opset: 12, attributes: { axes: [0, -1], keepdims: 0 }, inputs: [x(2, 3, 4)] },
    { operator, form: 'all axes', opset: 7, inputs: [x(2, 3, 4)] },
    { operator, form: 'one axis kept', opset: 11, attributes: { axes: [1], keepdims: 1 }, inputs: [x(2, 3, 4)] },
  ]),
  {
    operator: 'ReduceMean',
    form: 'opset 17',
    opset: 17,
    attributes: { axes: [2, 3], keepdims: 0 },
    inputs: [x(2, 3, 4, 5)],
  },
  {
    operator: 'ReduceSum',
    form: 'opset 13, axes are an input',
    opset: 13,
    inputs: [x(2, 3), ints(1)],
    raised: ['ReduceSum'],
  },
  {
    operator: 'Resize',
    form: 'nearest, larger',
    opset: 10,
    inputs: [x(1, 2, 3, 4), floats(1, 1, 2, 1.5)],
    raised: ['Resize'],
  },
  {
    operator: 'Resize',
    form: 'nearest, smaller',
    opset: 10,
    inputs: [x(1, 2, 7, 9), floats(1, 1, 0.5, 0.6)],
    raised: ['Resize'],
  },
  { operator: 'Resize', form: 'nearest, both', opset: 10, inputs: [x(1, 2, 7, 5), floats(1, 1, 0.5, 2.5)] },
  {
    operator: 'Resize',
    form: 'nearest, scales that are computed',
    opset: 10,
    inputs: [x(1, 2, 7, 5), { ...floats(1, 1, 0.5, 2.5), weight: false }],
  },
  {
    operator: 'Resize',
    form: 'linear',
    opset: 10,
    attributes: { mode: 'linear' },
    inputs: [x(1, 2, 5, 4), floats(1, 1, 2, 0.5)],
  },
  {
    operator: 'Resize',
    form: 'by sizes, the scales an empty tensor',
    opset: 11,
    attributes: { mode: 'linear', coordinate_transformation_mode: 'align_corners' },
    inputs: [x(1, 2, 3, 4), floats(), floats(), ints(1, 2, 5, 6)],
    raised: ['Resize'],
  },
  {
    operator: 'Resize',
    form: 'by scales, opset 11',
    opset: 11,
    attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    inputs: [x(1, 2, 3, 4), floats(), floats(1, 1, 2, 2)],
  },
  {
    operator: 'Resize',
    form: 'cubic, opset 13',
    opset: 13,
    attributes: {
      mode: 'cubic',
      coordinate_transformation_mode: 'pytorch_half_pixel',
      cubic_coeff_a: { float: -0.75 },
    },
    inputs: [x(1, 2, 5, 4), floats(), floats(1, 1, 2, 2)],
  },
  {
    operator: 'RoiAlign',
    form: 'regions not shifted',
    opset: 10,
    attributes: { output_height: 2, output_width: 2, sampling_ratio: 2, spatial_scale: { float: 1 } },
    inputs: [x(1, 2, 6, 6), { dims: [1, 4], values: [0.3, 0.2, 4.1, 3.7] }, ints(0)],
  },
  {
    operator: 'Scatter',
    form: 'along an axis',
    opset: 9,
    attributes: { axis: 1 },
    inputs: [x(2, 3), { type: 'int64', dims: [2, 1], values: [2, 0] }, x(2, 1)],
    raised: ['ScatterElements'],
  },
  { operator: 'Slice', form: 'no axes', opset: 7, attributes: { starts: [1, -3], ends: [3, 1000] }, inputs: [x(4, 5)] },
  {
    operator: 'Slice',
    form: 'an axis',
    opset: 9,
    attributes: { starts: [1], ends: [-1], axes: [1] },
    inputs: [x(4, 5)],
  },
  ...['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((operator): readonly Row[] => [
    { operator, form: 'the last axis by default', opset: 7, inputs: [x(2, 5)] },
    { operator, form: 'axis 1 and all behind it', opset: 7, inputs: [x(2, 3, 4)] },
    { operator, form: 'axis 0', opset: 12, attributes: { axis: 0 }, inputs: [x(2, 3, 4)] },
    { operator, form: 'a negative axis', opset: 11, attributes: { axis: -2 }, inputs: [x(2, 3, 4)] },
    { operator, form: 'axis -1', opset: 12, attributes: { axis: -1 }, inputs: [x(2, 3, 4)], raised: [operator] },
    { operator, form: 'nothing but ones behind the axis', opset: 9, inputs: [x(2, 5, 1, 1)] },
  ]),
  { operator: 'Split', form: 'equal parts', opset: 7, attributes: { axis: 1 }, inputs: [x(2, 6)], outputs: 3 },
  {
    operator: 'Split',
    form: 'sizes',
    opset: 11,
    attributes: { axis: 1, split: [1, 3, 2] },
    inputs: [x(2, 6)],
    outputs: 3,
  },
  {
    operator: 'Split',
    form: 'equal parts, opset 13',
    opset: 13,
    attributes: { axis: -1 },
    inputs: [x(2, 6)],
    outputs: 2,
  },
  {
    operator: 'Split',
    form: 'sizes, opset 13',
    opset: 13,
    attributes: { axis: 0 },
    inputs: [x(4, 2), ints(1, 3)],
    outputs: 2,
  },
  { operator: 'Squeeze', form: 'axes', opset: 7, attributes: { axes: [0, 2] }, inputs: [x(1, 3, 1, 1)] },
  { operator: 'Squeeze', form: 'a negative axis', opset: 12, attributes: { axes: [-1] }, inputs: [x(1, 3, 1)] },
  {
    operator: 'TopK',
    form: 'k as an attribute',
    opset: 7,
    attributes: { k: 2, axis: 1 },
    inputs: [x(3, 5)],
    outputs: 2,
  },
  { operator: 'TopK', form: 'k as an input', opset: 10, inputs: [x(3, 5), ints(2)], outputs: 2, raised: ['TopK'] },
  { operator: 'Unsqueeze', form: 'axes', opset: 7, attributes: { axes: [0, 3] }, inputs: [x(2, 3)] },
  { operator: 'Unsqueeze', form: 'negative axes', opset: 11, attributes: { axes: [-1, 0] }, inputs: [x(2, 3)] },
  {
    operator: 'Upsample',
    form: 'nearest, scales as an attribute',
    opset: 7,
    attributes: { scales: { floats: [1, 1, 2, 3] } },
    inputs: [x(1, 2, 3, 4)],
  },
  {
    operator: 'Upsample',
    form: 'nearest by a fraction',
    opset: 8,
    attributes: { mode: 'nearest', scales: { floats: [1, 1, 1.5, 2.4] } },
    inputs: [x(1, 2, 4, 5)],
  },
  {
    operator: 'Upsample',
    form: 'linear',
    opset: 7,
    attributes: { mode: 'linear', scales: { floats: [1, 1, 2, 3] } },
    inputs: [x(1, 2, 3, 4)],
  },
  { operator: 'Upsample', form: 'scales as an input', opset: 9, inputs: [x(1, 2, 3, 4), floats(1, 1, 2, 2)] },
  {
    operator: 'Upsample',
    form: 'linear, scales as an input',
    opset: 9,
    attributes: { mode: 'linear' },
    inputs: [x(1, 2, 3, 4), floats(1, 1, 2, 2)],
  },
];

function constantsOf(row: Row): readonly Constant[] {
  // A fixed, uneven sequence in (0.05, 1): away from ties, and positive for logarithms and variances.
  return row.inputs.map(({ type = 'float32', dims, values }, input) => {
    const count = dims.reduce((a, b) => a * b, 1);
    const drawn = Array.from(
      { length: count },
      (_, at) => 0.05 + 0.95 * ((((at + 1) * (input + 1) * 0.6180339887) % 1) as number),
    );
    return { type, dims, values: values ?? drawn };
  });
}

/** The row's node at the top of a model, or in both branches of an If. */
function modelOf(row: Row, symbolic: boolean, inBody: boolean): Graph {
  const constants = constantsOf(row);
  const outputs = Array.from({ length: row.outputs ?? 1 }, (_, at) => `y${at}`);
  const inputs: Value[] = [];
  const initializers = new Map();
  constants.forEach((constant, at) => {
    const name = `x${at}`;
    if (row.inputs[at]!.weight) initializers.set(name, { proto: writeTensor(name, constant) });
    else
      inputs.push({
        name,
        type: constant.type,
        shape: symbolic ? constant.dims.map((_, axis) => `s${at}_${axis}`) : constant.dims,
      });
  });
  const node = Node.of(
    row.operator,
    constants.map((_, at) => `x${at}`),
    outputs,
    row.attributes,
    'node',
  );
  const branch = (name: string) => ({
    graph: create(GraphProtoSchema, {
      name,
      node: [node.with({ outputs: outputs.map((output) => `${name}.${output}`) }).proto],
      output: outputs.map((output) => create(ValueInfoProtoSchema, { name: `${name}.${output}` })),
    }),
  });
  return new Graph({
    header: create(ModelProtoSchema, { irVersion: 4n }),
    name: 'row',
    opset: row.opset,
    inputs: inBody ? [...inputs, { name: 'condition', type: 'bool', shape: [] }] : inputs,
    outputs: outputs.map((name) => ({ name, type: typeOfOutput(row, name), shape: undefined })),
    nodes: inBody
      ? [Node.of('If', ['condition'], outputs, { then_branch: branch('yes'), else_branch: branch('no') }, 'if')]
      : [node],
    initializers,
    declared: new Map(),
  });
}

const typeOfOutput = (row: Row, name: string) => (row.operator === 'TopK' && name === 'y1' ? 'int64' : 'float32');

describe('raising the opset computes the same', () => {
  for (const row of rows) {
    for (const place of ['sizes known', 'sizes unknown ahead', 'inside an If']) {
      it(`${row.operator}: ${row.form} (opset ${row.opset}, ${place})`, async () => {
        const graph = modelOf(row, place !== 'sizes known', place === 'inside an If');
        const raised = raiseOpset(graph);
        expect(raised.opset).toBe(workingOpset);
        const names = graph.outputs.map((output) => output.name);
        const feeds: Record<string, Constant> = {};
        constantsOf(row).forEach((constant, at) => {
          if (!row.inputs[at]!.weight) feeds[`x${at}`] = constant;
        });
        if (place === 'inside an If') feeds.condition = { type: 'bool', dims: [], values: [1] };
        const before = await execute(graph.encode(), feeds, names);
        const after = await execute(parseModel(raised.encode()).encode(), feeds, names);
        for (const name of names) {
          expect(after[name]!.dims).toEqual(before[name]!.dims);
          const [a, b] = [Array.from(after[name]!.values), Array.from(before[name]!.values)];
          b.forEach((value, at) => expect(a[at]).toBeCloseTo(value, 5));
        }
        if (row.raised && place === 'sizes known') {
          expect(raised.nodes.map((node) => node.operator)).toEqual(row.raised);
        }
      });
    }
  }

  it('has a row for every rule', () => {
    const covered = new Set(rows.map((row) => row.operator));
    const refusals = new Set(['Scan']);
    const missing = upgradeRules.map(({ operator }) => operator).filter((operator) => !covered.has(operator));
    expect(missing.filter((operator) => !refusals.has(operator))).toEqual([]);
  });

  it('leaves a graph of opset 18 or later as it is', () => {
    const graph = modelOf({ ...rows.find(({ operator }) => operator === 'TopK')!, opset: 18 }, false, false);
    expect(raiseOpset(graph)).toBe(graph);
  });

  it('keeps helper nodes in the module of the node that they stand for', () => {
    const graph = modelOf({ ...rows.find(({ form }) => form === 'axis 1 and all behind it')! }, false, false);
    const named = graph.with({
      nodes: graph.nodes.map(() => Node.of('Softmax', ['x0'], ['y0'], {}, '/head/Softmax')),
    });
    const raised = raiseOpset(named);
    expect(raised.nodes.map((node) => node.name.replace(/_\d+$/, ''))).toEqual([
      '/head/Softmax_Flatten',
      '/head/Softmax_Softmax',
      '/head/Softmax_Constant',
      '/head/Softmax',
    ]);
  });

  const graphWith = (opset: number, node: Node, outputs: readonly string[]) =>
    new Graph({
      header: create(ModelProtoSchema, { irVersion: 4n }),
      name: 'refused',
      opset,
      inputs: [...new Set(node.inputs)].map((name) => ({ name, type: 'float32' as const, shape: undefined })),
      outputs: outputs.map((name) => ({ name, type: undefined, shape: undefined })),
      nodes: [node],
      initializers: new Map(),
      declared: new Map(),
    });

  const statistics = ['y', 'mean', 'variance', 'savedMean', 'savedVariance'];
  for (const [what, opset, node, outputs] of [
    [
      'the statistics of training',
      9,
      Node.of('BatchNormalization', ['x', 's', 'b', 'm', 'v'], statistics),
      ['y', 'mean'],
    ],
    ['a mask of floats', 7, Node.of('Dropout', ['x'], ['y', 'mask']), ['y', 'mask']],
    ['a Scan over batches', 8, Node.of('Scan', ['', 'x'], ['y'], { num_scan_inputs: 1 }), ['y']],
    [
      'a coordinate mode that was dropped',
      11,
      Node.of('Resize', ['x', 'r', 's'], ['y'], { coordinate_transformation_mode: 'tf_half_pixel_for_nn' }),
      ['y'],
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => raiseOpset(graphWith(opset, node, outputs))).toThrow(
        expect.objectContaining({ code: 'ONNX_UPGRADE', message: expect.stringContaining(node.operator) }),
      );
    });
  }

  it('says by an attribute what outputs that nothing reads said before: that statistics are those of the batch', () => {
    const node = Node.of('BatchNormalization', ['x', 's', 'b', 'm', 'v'], statistics);
    const [raised] = raiseOpset(graphWith(9, node, ['y'])).nodes;
    expect(raised!.outputs).toEqual(['y', 'mean', 'variance']);
    expect(raised!.int('training_mode', 0)).toBe(1);
  });
});
