import { describe, expect, it } from '@jest/globals';
import { TfjsBackend } from '@understory/backend-tfjs';
import { float32, toFloat32, type Tensor } from '@understory/core';
import { engines } from './engines.ts';
import { attribute, graphModelFile, type ConstSpec, type NodeSpec } from './models.ts';

const { type, int, ints, text, bool } = attribute;

interface Row {
  readonly what: string;
  readonly x: readonly number[];
  readonly constants?: Readonly<Record<string, ConstSpec>>;
  readonly nodes: readonly NodeSpec[];
  readonly y: readonly number[];
}

const T = { T: type('DT_FLOAT') };
const whole = (...values: number[]): ConstSpec => ({ shape: [values.length], values, dtype: 'int32' });
const cast = (name: string, input: string, from: string, to: string): NodeSpec => ({
  ...{ name, op: 'Cast', input: [input], attr: { SrcT: type(from), DstT: type(to) } },
});
const number = (value: number, dtype?: 'int32'): ConstSpec => ({ shape: [], values: [value], ...(dtype && { dtype }) });

/** What an engine of TensorFlow.js has computed wrongly, with the answer in closed form. */
const rows: readonly Row[] = [
  {
    what: 'what is not zero is true',
    x: [0.3, 0, -0.4, 256],
    nodes: [cast('b', 'x', 'DT_FLOAT', 'DT_BOOL'), cast('y', 'b', 'DT_BOOL', 'DT_FLOAT')],
    y: [1, 0, 1, 1],
  },
  {
    what: 'whole numbers that are not zero are true',
    x: [256, 0, -512, 1],
    nodes: [
      cast('i', 'x', 'DT_FLOAT', 'DT_INT32'),
      cast('b', 'i', 'DT_INT32', 'DT_BOOL'),
      cast('y', 'b', 'DT_BOOL', 'DT_FLOAT'),
    ],
    y: [1, 0, 1, 1],
  },
  {
    what: 'ones among zeros',
    x: [1, 3, 7, 2],
    constants: { axis: number(1, 'int32'), depth: number(4, 'int32'), on: number(1), off: number(0) },
    nodes: [
      { name: 'places', op: 'ArgMax', input: ['x', 'axis'], attr: T },
      { name: 'y', op: 'OneHot', input: ['places', 'depth', 'on', 'off'], attr: { ...T, axis: int(-1) } },
    ],
    y: [0, 0, 1, 0],
  },
  {
    what: 'smoothed labels',
    x: [1, 3, 7, 2],
    constants: { axis: number(1, 'int32'), depth: number(4, 'int32'), on: number(0.75), off: number(0.25) },
    nodes: [
      { name: 'places', op: 'ArgMax', input: ['x', 'axis'], attr: T },
      { name: 'y', op: 'OneHot', input: ['places', 'depth', 'on', 'off'], attr: { ...T, axis: int(-1) } },
    ],
    y: [0.25, 0.25, 0.75, 0.25],
  },
  {
    what: 'whole numbers turned round',
    x: [1, 2, 3, 4],
    constants: { begin: whole(0, -1), end: whole(1, -5), strides: whole(1, -1) },
    nodes: [
      cast('i', 'x', 'DT_FLOAT', 'DT_INT32'),
      { name: 's', op: 'StridedSlice', input: ['i', 'begin', 'end', 'strides'], attr: { T: type('DT_INT32') } },
      cast('y', 's', 'DT_INT32', 'DT_FLOAT'),
    ],
    y: [4, 3, 2, 1],
  },
  {
    what: 'whole numbers within bounds',
    x: [-3, 1, 7, 4],
    constants: { low: number(0), high: number(6) },
    nodes: [
      cast('i', 'x', 'DT_FLOAT', 'DT_INT32'),
      { name: 'c', op: 'ClipByValue', input: ['i', 'low', 'high'], attr: { T: type('DT_INT32') } },
      cast('y', 'c', 'DT_INT32', 'DT_FLOAT'),
    ],
    y: [0, 1, 6, 4],
  },
  {
    what: 'sums along an axis that counts from the end',
    x: [1, 2, 3, 4],
    constants: { axis: number(-1, 'int32') },
    nodes: [
      { name: 'y', op: 'Cumsum', input: ['x', 'axis'], attr: { ...T, exclusive: bool(true), reverse: bool(true) } },
    ],
    y: [9, 7, 4, 0],
  },
  {
    what: 'a division by nothing',
    x: [1, -2, 3, 4],
    constants: { c: { shape: [4], values: [2, 0, 4, 0] } },
    nodes: [{ name: 'y', op: 'DivNoNan', input: ['x', 'c'], attr: T }],
    y: [0.5, 0, 0.75, 0],
  },
  {
    what: 'the largest of windows over rows and columns that lie behind the channels',
    x: [1, 2, 3, 4],
    constants: { shape: whole(1, 1, 2, 2), flat: whole(1, 2) },
    nodes: [
      { name: 'image', op: 'Reshape', input: ['x', 'shape'], attr: T },
      {
        name: 'pool',
        op: 'MaxPool',
        input: ['image'],
        attr: {
          ...{ ...T, ksize: ints(1, 1, 2, 1), strides: ints(1, 1, 2, 1) },
          ...{ padding: text('VALID'), data_format: text('NCHW') },
        },
      },
      { name: 'y', op: 'Reshape', input: ['pool', 'flat'], attr: T },
    ],
    y: [3, 4],
  },
];

describe.each(engines)('%s computes', (engine) => {
  const open = (source: Parameters<TfjsBackend['open']>[0]) => new TfjsBackend().open(source, { devices: [engine] });
  const line = (values: readonly number[]) => float32(Float32Array.from(values), [1, values.length]);
  const close = (found: Tensor, expected: readonly number[]) => {
    const values = [...toFloat32(found)];
    expect(values).toHaveLength(expected.length);
    values.forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 6));
  };

  it.each(rows)('$what', async ({ x, constants, nodes, y }) => {
    const model = await open(graphModelFile({ input: [1, x.length], nodes, ...(constants && { constants }) }));
    close((await model.run({ x: line(x) }, ['y']))['y']!, y);
    await model.close();
  });

  it.each([
    { what: 'powers of zero', op: 'Pow', c: [0, 1, 2, 3], x: [0, 0, 0, 0], gradient: [0, 1, 0, 0] },
    { what: 'powers to nothing', op: 'Pow', c: [0, 0, 2, 3], x: [-1, 2, -2, -1], gradient: [0, 0, -4, 3] },
    { what: 'divisions by nothing', op: 'DivNoNan', c: [2, 0, 4, 0], x: [1, 2, 0, 0], gradient: [0.5, 0, 0.25, 0] },
  ])('finite gradients of $what', async ({ op, c, x, gradient }) => {
    const constants = { c: { shape: [4], values: c } };
    const model = await open(
      graphModelFile({ input: [-1, 4], constants, nodes: [{ name: 'y', op, input: ['x', 'c'], attr: T }] }),
    );
    const { gradients } = await model.differentiate({
      feeds: { x: line(x) },
      objective: { kind: 'cotangent', cotangents: { y: line([1, 1, 1, 1]) } },
      withRespectTo: ['x'],
    });
    close(gradients['x']!, gradient);
    await model.close();
  });
});
