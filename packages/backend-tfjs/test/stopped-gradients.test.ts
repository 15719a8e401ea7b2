import { describe, expect, it } from '@jest/globals';
import { TfjsBackend } from '@understory/backend-tfjs';
import { float32 } from '@understory/core';
import { graphKinds } from '../src/graph-model/graph-kinds.ts';
import { engines } from './engines.ts';
import { attribute, graphModelFile, type ConstSpec, type NodeSpec } from './models.ts';

const { bool, int, type } = attribute;
const floats = { T: type('DT_FLOAT') };
const toFloat = (of: string, from: string): NodeSpec => ({
  name: 'stepped',
  op: 'Cast',
  input: [of],
  attr: { SrcT: type(from), DstT: type('DT_FLOAT') },
});

const constants: Readonly<Record<string, ConstSpec>> = {
  two: { shape: [], values: [2] },
  none: { shape: [], values: [0] },
  depth: { shape: [], values: [4], dtype: 'int32' },
  axis: { shape: [], values: [1], dtype: 'int32' },
  first: { shape: [], values: [0], dtype: 'int32' },
  table: { shape: [4], values: [4, 3, 2, 1] },
};

/** What an operator makes of x, as numbers again: in steps, so that nothing of it comes back. */
const rows: Readonly<Record<string, readonly NodeSpec[]>> = {
  ...Object.fromEntries(
    ['Ceil', 'Floor', 'OnesLike', 'Round', 'Sign', 'StopGradient', 'ZerosLike'].map((op) => [
      op,
      [{ name: 'stepped', op, input: ['x'], attr: floats }],
    ]),
  ),
  FloorDiv: [{ name: 'stepped', op: 'FloorDiv', input: ['x', 'two'], attr: floats }],
  ...Object.fromEntries(
    ['Equal', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'NotEqual'].map((op) => [
      op,
      [{ name: 's', op, input: ['x', 'two'], attr: floats }, toFloat('s', 'DT_BOOL')],
    ]),
  ),
  ...Object.fromEntries(
    ['IsFinite', 'IsInf', 'IsNan'].map((op) => [
      op,
      [{ name: 's', op, input: ['x'], attr: floats }, toFloat('s', 'DT_BOOL')],
    ]),
  ),
  ...Object.fromEntries(
    ['ArgMax', 'ArgMin'].map((op) => [
      op,
      [{ name: 's', op, input: ['x', 'axis'], attr: { ...floats, keep_dims: bool(true) } }, toFloat('s', 'DT_INT32')],
    ]),
  ),
  ...Object.fromEntries(
    ['LogicalAnd', 'LogicalOr'].map((op) => [
      op,
      [
        { name: 'a', op: 'Greater', input: ['x', 'none'], attr: floats },
        { name: 'b', op: 'Less', input: ['x', 'two'], attr: floats },
        { name: 's', op, input: ['a', 'b'] },
        toFloat('s', 'DT_BOOL'),
      ],
    ]),
  ),
  ...Object.fromEntries(
    ['All', 'Any'].map((op) => [
      op,
      [
        { name: 'a', op: 'Greater', input: ['x', 'none'], attr: floats },
        { name: 's', op, input: ['a', 'axis'], attr: { keep_dims: bool(true) } },
        toFloat('s', 'DT_BOOL'),
      ],
    ]),
  ),
  LogicalNot: [
    { name: 'a', op: 'Greater', input: ['x', 'none'], attr: floats },
    { name: 's', op: 'LogicalNot', input: ['a'] },
    toFloat('s', 'DT_BOOL'),
  ],
  OneHot: [
    { name: 's', op: 'ArgMax', input: ['x', 'axis'], attr: floats },
    { name: 'stepped', op: 'OneHot', input: ['s', 'depth', 'two', 'none'], attr: { ...floats, axis: int(-1) } },
  ],
  'the places of GatherV2': [
    { name: 's', op: 'ArgMax', input: ['x', 'axis'], attr: floats },
    { name: 'stepped', op: 'GatherV2', input: ['table', 's', 'first'], attr: floats },
  ],
  'the places of GatherNd': [
    { name: 's', op: 'ArgMax', input: ['x', 'axis'], attr: floats },
    { name: 'places', op: 'ExpandDims', input: ['s', 'axis'] },
    { name: 'stepped', op: 'GatherNd', input: ['table', 'places'], attr: floats },
  ],
  'Cast to whole numbers': [
    { name: 's', op: 'Cast', input: ['x'], attr: { SrcT: type('DT_FLOAT'), DstT: type('DT_INT32') } },
    toFloat('s', 'DT_INT32'),
  ],
  'Cast to truths': [
    { name: 's', op: 'Cast', input: ['x'], attr: { SrcT: type('DT_FLOAT'), DstT: type('DT_BOOL') } },
    toFloat('s', 'DT_BOOL'),
  ],
};

/** These read no numbers of the input, only shapes and constants, or TensorFlow.js has no such operator. */
const without =
  'BitwiseAnd BroadcastArgs Const Fill LinSpace Ones Placeholder PlaceholderWithDefault Range Rank Rint Shape ShapeN Size Zeros';

describe.each(engines)('what changes in steps, on %s', (engine) => {
  it.each(Object.keys(rows))('hands no gradient on beside a way that does: %s', async (name) => {
    const nodes: NodeSpec[] = [...rows[name]!, { name: 'y', op: 'AddV2', input: ['x', 'stepped'], attr: floats }];
    const model = await new TfjsBackend().open(graphModelFile({ input: [-1, 4], constants, nodes }), {
      devices: [engine],
    });
    const x = float32(Float32Array.of(0.3, 1.6, -2.4, 3.7), [1, 4]);
    const { gradients } = await model.differentiate({
      feeds: { x },
      objective: { kind: 'cotangent', cotangents: { y: float32(new Float32Array(4).fill(1), [1, 4]) } },
      withRespectTo: ['x'],
    });
    expect([...(gradients['x']!.data as Float32Array)]).toEqual([1, 1, 1, 1]);
    expect(model.differentiability('stepped', 'x')).toMatchObject({ differentiable: false, reason: 'noPath' });
    await model.close();
  });
});

it('is tried for every operator that is said to stop gradients', () => {
  const said = Object.entries(graphKinds).flatMap(([name, { passage }]) => (passage === 'stops' ? [name] : []));
  expect(said.filter((name) => !(name in rows) && !without.split(' ').includes(name))).toEqual([]);
});
