import type { GradientCheckRow, RowInput } from '../../src/gradient-check/index.ts';

const places = (dims: readonly number[], values: readonly number[], constant = false): RowInput => ({
  dims,
  type: 'int64',
  values,
  constant,
});

const one = (value: number): RowInput => places([1], [value], true);

const reductions = ['none', 'add', 'mul', 'max', 'min'];

/** Values without ties, so that a maximum has one place. */
const apart = [0.3, -0.9, 1.5, -0.2, 0.9, -1.6, 2.1, 0.55, -1.2, 1.2, -2.2, 0.05];

export const indexingRows: readonly GradientCheckRow[] = [
  {
    operator: 'Gather',
    form: 'one place',
    inputs: [{ dims: [2, 5, 3] }, places([], [1], true)],
    attributes: { axis: 1 },
  },
  {
    operator: 'Gather',
    form: 'the last place',
    inputs: [{ dims: [2, 5, 3] }, places([], [-1], true)],
    attributes: { axis: -2 },
  },
  { operator: 'Gather', form: 'one place, its axis kept', inputs: [{ dims: [4, 3] }, places([1], [-2], true)] },
  { operator: 'Gather', form: 'places in order', inputs: [{ dims: [5, 3] }, places([3], [1, 2, 3], true)] },
  {
    operator: 'Gather',
    form: 'some places',
    inputs: [{ dims: [2, 6] }, places([3], [4, 0, -3], true)],
    attributes: { axis: 1 },
  },
  { operator: 'Gather', form: 'a permutation', inputs: [{ dims: [4, 2] }, places([2, 2], [2, 0, 3, 1], true)] },
  { operator: 'Gather', form: 'repeated places', inputs: [{ dims: [4, 2] }, places([5], [1, 1, -1, 3, 1], true)] },
  {
    operator: 'Gather',
    form: 'a table of places',
    inputs: [{ dims: [3, 4, 2] }, places([2, 3], [0, -1, 1, 0, 2, 0])],
    attributes: { axis: 1 },
  },
  {
    operator: 'Gather',
    form: 'one place that is computed',
    inputs: [{ dims: [3, 4, 2] }, places([], [-2])],
    attributes: { axis: 1 },
  },
  { operator: 'Gather', form: 'older form', opset: 9, inputs: [{ dims: [3, 4] }, places([2], [2, 2])] },
  {
    operator: 'GatherElements',
    form: 'axis 1',
    attributes: { axis: 1 },
    inputs: [{ dims: [2, 4] }, places([2, 3], [0, -1, 0, 2, 2, 1])],
  },
  {
    operator: 'GatherElements',
    form: 'fewer rows',
    attributes: { axis: -1 },
    inputs: [{ dims: [3, 4] }, places([2, 2], [0, 0, 3, 1])],
  },
  { operator: 'GatherElements', form: 'axis 0', inputs: [{ dims: [4, 2] }, places([3, 2], [0, 3, 0, 2, -2, 1])] },
  {
    operator: 'GatherND',
    form: 'elements',
    inputs: [{ dims: [3, 4] }, places([4, 2], [0, 1, 2, -1, 0, 1, -3, 0], true)],
  },
  { operator: 'GatherND', form: 'slices', inputs: [{ dims: [3, 4, 2] }, places([2, 2, 1], [0, 2, 0, -1], true)] },
  { operator: 'GatherND', form: 'one element', inputs: [{ dims: [3, 4] }, places([2], [1, 2], true)] },
  {
    operator: 'GatherND',
    form: 'a batch axis',
    attributes: { batch_dims: 1 },
    inputs: [{ dims: [2, 3, 4] }, places([2, 2, 1], [0, 2, -1, -1], true)],
  },
  {
    operator: 'GatherND',
    form: 'two batch axes',
    attributes: { batch_dims: 2 },
    inputs: [{ dims: [2, 2, 3, 2] }, places([2, 2, 2], [0, 1, 2, 0, -1, 1, 0, 0], true)],
  },
  {
    operator: 'GatherND',
    form: 'places that are computed',
    attributes: { batch_dims: 1 },
    inputs: [{ dims: [2, 3, 4] }, places([2, 2], [1, 3, 2, -1])],
    symbolic: false,
  },
  ...reductions.map((reduction): GradientCheckRow => ({
    operator: 'ScatterElements',
    form: `reduction ${reduction}`,
    attributes: { axis: 1, reduction },
    inputs: [
      { dims: [2, 4], values: apart.slice(0, 8) },
      places([2, 2], [0, -1, 2, 1]),
      { dims: [2, 2], values: apart.slice(8) },
    ],
  })),
  ...reductions.slice(1).map((reduction): GradientCheckRow => ({
    operator: 'ScatterElements',
    form: `reduction ${reduction}, repeated places`,
    attributes: { axis: 0, reduction },
    inputs: [
      { dims: [3, 2], values: apart.slice(0, 6) },
      places([3, 2], [0, 2, 0, 2, -3, 1]),
      { dims: [3, 2], values: apart.slice(6) },
    ],
  })),
  {
    operator: 'ScatterElements',
    form: 'reduction mul with zeros',
    attributes: { reduction: 'mul' },
    inputs: [
      { dims: [4], values: [0, 1.5, 2, 0.5] },
      places([5], [0, 1, 1, 2, 3]),
      { dims: [5], values: [2, 0, 3, 0, 1.5] },
    ],
  },
  {
    operator: 'ScatterElements',
    form: 'older form',
    opset: 11,
    inputs: [{ dims: [3, 2] }, places([1, 2], [2, 0]), { dims: [1, 2] }],
  },
  ...reductions.map((reduction): GradientCheckRow => ({
    operator: 'ScatterND',
    form: `reduction ${reduction}`,
    attributes: { reduction },
    inputs: [
      { dims: [4, 2], values: apart.slice(0, 8) },
      places([2, 1], [2, -4], true),
      { dims: [2, 2], values: apart.slice(8) },
    ],
  })),
  ...reductions.slice(1).map((reduction): GradientCheckRow => ({
    operator: 'ScatterND',
    form: `reduction ${reduction}, repeated elements`,
    attributes: { reduction },
    inputs: [
      { dims: [3, 2], values: apart.slice(0, 6) },
      places([2, 3, 2], [0, 1, 0, -1, 2, 0, 2, 0, 2, 0, 1, 1], true),
      { dims: [2, 3], values: apart.slice(6) },
    ],
  })),
  {
    operator: 'ScatterND',
    form: 'older form',
    opset: 13,
    inputs: [{ dims: [3, 2] }, places([1, 1], [1], true), { dims: [1, 2] }],
  },
  { operator: 'TopK', form: 'largest', outputs: 2, inputs: [{ dims: [2, 5], distinct: true }, one(3)] },
  {
    operator: 'TopK',
    form: 'smallest along an axis',
    attributes: { axis: 0, largest: 0 },
    outputs: 2,
    inputs: [{ dims: [4, 3], distinct: true }, one(2)],
  },
  {
    operator: 'TopK',
    form: 'a number that is computed',
    outputs: 2,
    inputs: [
      { dims: [2, 5], distinct: true },
      { ...one(3), constant: false },
    ],
  },
  {
    operator: 'TopK',
    form: 'older form',
    opset: 9,
    attributes: { k: 2 },
    outputs: 2,
    inputs: [{ dims: [2, 5], distinct: true }],
  },
  {
    operator: 'OneHot',
    form: 'last axis',
    inputs: [places([2, 3], [0, 3, 1, -1, 2, 2]), { ...one(4), dims: [] }, { dims: [2] }],
  },
  {
    operator: 'OneHot',
    form: 'axis 0',
    attributes: { axis: 0 },
    inputs: [places([3], [0, 3, 1]), { ...one(4), dims: [] }, { dims: [2] }],
  },
  {
    operator: 'Compress',
    form: 'an axis',
    attributes: { axis: -1 },
    inputs: [{ dims: [2, 4] }, { dims: [3], type: 'bool', values: [1, 0, 1] }],
  },
  {
    operator: 'Compress',
    form: 'flattened',
    inputs: [{ dims: [2, 3] }, { dims: [6], type: 'bool', values: [0, 1, 1, 0, 0, 1] }],
  },
];
