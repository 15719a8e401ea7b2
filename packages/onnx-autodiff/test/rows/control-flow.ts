import { create } from '@bufbuild/protobuf';
import { GraphProtoSchema, type GraphProto } from 'onnx-buf';
import type { GradientCheckRow } from '../../src/gradient-check/index.ts';
import { toValueInfo } from '../../src/graph.ts';
import { Node, writeTensor, type ElementType } from '../../src/index.ts';

type Step = readonly [operator: string, inputs: readonly string[], output: string];
type Info = readonly [name: string, rank: number, type?: ElementType];

/** A body of nodes without attributes, whose sizes are open; `one` is a weight of its own. */
function body(
  inputs: readonly Info[],
  steps: readonly Step[],
  outputs: readonly Info[],
): { readonly graph: GraphProto } {
  const info = ([name, rank, type = 'float32']: Info) =>
    toValueInfo({ name, type, shape: Array.from({ length: rank }, (_, axis) => `${name}.${axis}`) });
  return {
    graph: create(GraphProtoSchema, {
      name: 'body',
      input: inputs.map(info),
      output: outputs.map(info),
      node: steps.map(([operator, from, to]) => Node.of(operator, from, [to], {}, `in/${to}`).proto),
      initializer: [writeTensor('one', { type: 'float32', dims: [1], values: [1] })],
    }),
  };
}

const scalar = (value: number, type: ElementType = 'int64') => ({ dims: [], type, values: [value] });

const scanRows: readonly GradientCheckRow[] = [
  {
    operator: 'Scan',
    form: 'one state, one scanned input, one result',
    attributes: {
      num_scan_inputs: 1,
      body: body(
        [
          ['s', 2],
          ['x', 2],
        ],
        [
          ['Mul', ['s', 'x'], 'p'],
          ['Add', ['p', 'x'], 'q'],
          ['Tanh', ['q'], 'next'],
          ['Mul', ['next', 'x'], 'r'],
        ],
        [
          ['next', 2],
          ['r', 2],
        ],
      ),
    },
    inputs: [{ dims: [2, 3] }, { dims: [2, 2, 3] }],
    outputs: 2,
    objective: [0, 1],
  },
  {
    operator: 'Scan',
    form: 'axes and directions of its own for each input and output, opset 11',
    opset: 11,
    attributes: {
      num_scan_inputs: 2,
      scan_input_axes: [1, -1],
      scan_input_directions: [1, 0],
      scan_output_axes: [-1, 1],
      scan_output_directions: [0, 1],
      body: body(
        [
          ['s', 1],
          ['a', 1],
          ['b', 1],
        ],
        [
          ['Mul', ['a', 's'], 'p'],
          ['Sin', ['p'], 'next'],
          ['Mul', ['next', 'b'], 'r'],
          ['Add', ['a', 'b'], 't'],
          ['Tanh', ['t'], 'u'],
        ],
        [
          ['next', 1],
          ['r', 1],
          ['u', 1],
        ],
      ),
    },
    inputs: [{ dims: [3] }, { dims: [3, 4] }, { dims: [3, 4] }],
    outputs: 3,
    objective: [0, 1, 2],
  },
  {
    operator: 'Scan',
    form: 'no state, a result whose steps come last',
    attributes: {
      num_scan_inputs: 1,
      scan_output_axes: [-1],
      body: body(
        [['x', 2]],
        [
          ['Exp', ['x'], 'e'],
          ['Add', ['e', 'one'], 'r'],
        ],
        [['r', 2]],
      ),
    },
    inputs: [{ dims: [4, 2, 3] }],
  },
  {
    operator: 'Scan',
    form: 'a tensor from around it, and a state that only later steps depend on',
    listed: 3,
    attributes: {
      num_scan_inputs: 1,
      body: body(
        [
          ['s', 2],
          ['t', 2],
          ['x', 2],
        ],
        [
          ['MatMul', ['x', 'x3'], 'm'],
          ['Tanh', ['m'], 'next'],
          ['Add', ['s', 't'], 'later'],
          ['Mul', ['later', 'x0'], 'r'],
        ],
        [
          ['next', 2],
          ['later', 2],
          ['r', 2],
        ],
      ),
    },
    inputs: [{ dims: [2, 3] }, { dims: [2, 3] }, { dims: [2, 2, 4] }, { dims: [4, 3] }],
    outputs: 3,
    objective: [0, 1, 2],
  },
];

/** A state times `x3`, plus the number of the step; `condition` says whether another one follows, in `end`. */
const counted = (condition: readonly Step[], end: string) =>
  body(
    [
      ['i', 0, 'int64'],
      ['c', 0, 'bool'],
      ['s', 2],
    ],
    [
      ['Mul', ['s', 'x3'], 'p'],
      ['CastLike', ['i', 'one'], 'f'],
      ['Add', ['p', 'f'], 'q'],
      ['Tanh', ['q'], 'next'],
      ['Exp', ['next'], 'r'],
      ...condition,
    ],
    [
      [end, 0, 'bool'],
      ['next', 2],
      ['r', 2],
    ],
  );

const loopRows: readonly GradientCheckRow[] = [
  {
    operator: 'Loop',
    form: 'a trip count that is known ahead',
    listed: 3,
    attributes: { body: counted([['Identity', ['c'], 'go']], 'go') },
    inputs: [
      { ...scalar(2), constant: true },
      { ...scalar(1, 'bool'), constant: true },
      { dims: [2, 3] },
      { dims: [3] },
    ],
    outputs: 2,
    objective: [0, 1],
  },
  {
    operator: 'Loop',
    form: 'a trip count that is fed, no condition',
    listed: 3,
    attributes: { body: counted([['Identity', ['c'], 'go']], 'go') },
    inputs: [scalar(3), null, { dims: [3, 2] }, { dims: [2] }],
    outputs: 2,
    objective: [0, 1],
  },
  {
    operator: 'Loop',
    form: 'a condition that ends it early',
    listed: 3,
    attributes: {
      body: counted(
        [
          ['CastLike', ['one', 'i'], 'last'],
          ['Less', ['i', 'last'], 'many'],
          ['Squeeze', ['many'], 'go'],
        ],
        'go',
      ),
    },
    inputs: [scalar(9), scalar(1, 'bool'), { dims: [2, 3] }, { dims: [3] }],
    outputs: 2,
    objective: [0, 1],
  },
  {
    operator: 'Loop',
    form: 'not one step',
    listed: 3,
    attributes: { body: counted([['Identity', ['c'], 'go']], 'go') },
    inputs: [scalar(0), null, { dims: [2, 3] }, { dims: [3], check: false }],
    outputs: 2,
  },
];

const branches = {
  then_branch: body(
    [],
    [
      ['MatMul', ['x1', 'x2'], 'm'],
      ['Tanh', ['m'], 'yes'],
    ],
    [['yes', 2]],
  ),
  else_branch: body(
    [],
    [
      ['Mul', ['x1', 'x1'], 'no'],
      ['Sin', ['no'], 'sine'],
    ],
    [['sine', 2]],
  ),
};

const ifRows: readonly GradientCheckRow[] = [1, 0].map((taken) => ({
  operator: 'If',
  form: `the branch for ${taken === 1 ? 'yes' : 'no'}`,
  listed: 1,
  attributes: branches,
  inputs: [scalar(taken, 'bool'), { dims: [3, 3] }, { dims: [3, 3] }],
}));

export const controlFlowRows: readonly GradientCheckRow[] = [...scanRows, ...loopRows, ...ifRows];
