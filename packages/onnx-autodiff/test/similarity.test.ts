import { describe, expect, it } from '@jest/globals';
import { differentiate, type Constant, type ElementType, type ObjectiveForm } from '../src/index.ts';
import { execute } from './execute.ts';
import { graphOf } from './gradients-of.ts';

interface Row {
  readonly form: string;
  readonly dims: readonly number[];
  readonly values: readonly number[];
  readonly type?: ElementType;
  readonly tolerance?: number;
}

const three = [1, -2, 3, 0.5, 0.25, -1];

const rows: readonly Row[] = [
  { form: '[N, D]', dims: [2, 3], values: three },
  { form: '[N, D, 1, 1]', dims: [2, 3, 1, 1], values: three },
  { form: '[N, 1, D]', dims: [2, 1, 3], values: three },
  { form: '[N, T, D], all of a sample as one vector', dims: [2, 2, 3], values: [...three, 2, 1, 0, -1, 4, 0.125] },
  { form: 'one vector of zeros', dims: [2, 3], values: [0, 0, 0, 1, 2, 2] },
  { form: 'vectors shorter than 1e-8', dims: [2, 3], values: [3e-9, 0, -1e-9, 1e-30, -2e-30, 0] },
  { form: 'vectors whose squares float32 does not hold', dims: [2, 3], values: [3e25, -1e25, 2e25, 1e30, 1e30, 0] },
  { form: 'one element that is not zero', dims: [2, 3], values: [0, -5, 0, 0, 0, 0.5] },
  { form: 'one number a sample', dims: [2, 1], values: [5, -0.25] },
  { form: 'float64', dims: [2, 3], values: three, type: 'float64' },
  // The squares of 300 are beyond the largest half, and so is 1 / 1e-8.
  { form: 'float16', dims: [2, 3], values: [300, -250, 280, 0.5, 0.25, -1], type: 'float16', tolerance: 2e-3 },
];

/** Multiplied by 2 first, so that the output has a way back to walk. */
async function derivativeOf(
  { dims, values, type = 'float32' }: Row,
  objective: ObjectiveForm,
  feeds: Readonly<Record<string, Constant>>,
  isKnown: boolean,
) {
  const x: Constant = { type, dims, values };
  const graph = graphOf({
    inputs: { x },
    weights: { two: { type, dims: [], values: [2] } },
    nodes: [{ operator: 'Mul', inputs: ['x', 'two'], outputs: ['y'] }],
    output: 'y',
    outputType: type,
  });
  const unknown = graph.inputs.map((input) => ({ ...input, shape: dims.map((_, axis) => `size${axis}`) }));
  const model = differentiate(isKnown ? graph : graph.with({ inputs: unknown }), {
    objective,
    withRespectTo: ['x'],
  });
  const gradient = model.gradients['x']!;
  const results = await execute(model.graph.encode(), { x, ...feeds }, [model.value, gradient]);
  return { inputs: model.objectiveInputs, value: results[model.value]!, gradient: results[gradient]! };
}

/** In float64, one element at a time, by the derivative of a quotient. */
function expected({ dims, values }: Row, to: readonly number[]) {
  const size = values.length / dims[0]!;
  const value: number[] = [];
  const gradient: number[] = [];
  for (let start = 0; start < values.length; start += size) {
    const y = values.slice(start, start + size).map((number) => 2 * number);
    const t = to.slice(start, start + size);
    const length = Math.hypot(...y);
    const product = y.reduce((sum, number, at) => sum + number * t[at]!, 0);
    value.push(product / Math.max(length, 1e-8));
    y.forEach((number, at) => {
      const slope = length < 1e-8 ? t[at]! / 1e-8 : t[at]! / length - (product / length) * (number / length / length);
      gradient.push(2 * slope);
    });
  }
  return { value, gradient };
}

function expectClose(found: Constant, wanted: readonly number[], tolerance: number): void {
  const largest = Math.max(...wanted.map(Math.abs), Number.MIN_VALUE);
  expect(found.values).toHaveLength(wanted.length);
  wanted.forEach((number, at) => {
    expect(Math.abs(found.values[at]! - number) / largest).toBeLessThan(tolerance);
  });
}

describe.each([
  ['known', true],
  ['unknown', false],
])('a similarity of an output whose sizes are %s ahead', (_, isKnown) => {
  it.each(rows)('has the value and the gradient of $form', async (row) => {
    const { dims, values, type = 'float32', tolerance = 1e-5 } = row;
    const to = values.map((_number, at) => Math.fround(Math.sin(at + 1)));
    const vectors: Constant = { type: 'float32', dims: [dims[0]!, values.length / dims[0]!], values: to };
    const objective = { kind: 'similarity', output: 'y' } as const;
    const { inputs, value, gradient } = await derivativeOf(row, objective, { 'objective.to': vectors }, isKnown);
    expect(inputs).toEqual([{ name: 'objective.to', term: [], role: 'to', output: 'y' }]);
    const wanted = expected(row, to);
    expect(value.dims).toEqual([dims[0]]);
    expectClose(value, wanted.value, tolerance);
    expect([gradient.type, ...gradient.dims]).toEqual([type, ...dims]);
    expectClose(gradient, wanted.gradient, tolerance);
  });

  it('is a term of a sum, also beside a score in half precision', async () => {
    const row: Row = { form: 'float16', dims: [2, 3], values: three, type: 'float16' };
    const number = (value: number): Constant => ({ type: 'float32', dims: [], values: [value] });
    const to = { type: 'float32', dims: [2, 3], values: [1, 0, 0, 0, 0.6, 0.8] } as const;
    const { value, gradient } = await derivativeOf(
      row,
      {
        kind: 'sum',
        terms: [
          { kind: 'score', output: 'y' },
          { kind: 'similarity', output: 'y' },
        ],
      },
      {
        'objective.0.weight': number(0.5),
        'objective.0.index': { type: 'int64', dims: [2, 1], values: [2, 0] },
        'objective.1.weight': number(-4),
        'objective.1.to': to,
      },
      isKnown,
    );
    const cosine = expected(row, to.values);
    expectClose(
      value,
      cosine.value.map((one, sample) => -4 * one + [3, 0.5][sample]!),
      2e-3,
    );
    expectClose(
      gradient,
      cosine.gradient.map((one, at) => -4 * one + (at === 2 || at === 3 ? 1 : 0)),
      2e-3,
    );
  });

  it('stays finite at a vector of zeros in half precision', async () => {
    const row: Row = { form: 'zeros', dims: [1, 2], values: [0, 0], type: 'float16' };
    const to = { type: 'float32', dims: [1, 2], values: [0.6, -0.8] } as const;
    const { value, gradient } = await derivativeOf(
      row,
      { kind: 'sum', terms: [{ kind: 'similarity', output: 'y' }] },
      { 'objective.0.weight': { type: 'float32', dims: [], values: [0.25] }, 'objective.0.to': to },
      isKnown,
    );
    expect(Array.from(value.values)).toEqual([0]);
    // Two times the largest half would be infinite again: the graph's own doubling.
    expect(Array.from(gradient.values).map(Math.sign)).toEqual([1, -1]);
  });

  it('does not broadcast vectors of one number', async () => {
    const row = rows[0]!;
    const to = { type: 'float32', dims: [2, 1], values: [1, 1] } as const;
    const objective = { kind: 'similarity', output: 'y' } as const;
    await expect(derivativeOf(row, objective, { 'objective.to': to }, isKnown)).rejects.toThrow();
  });
});

it('is refused of an output without samples', () => {
  const graph = graphOf({
    inputs: { x: { type: 'float32', dims: [], values: [1] } },
    nodes: [{ operator: 'Neg', inputs: ['x'], outputs: ['y'] }],
    output: 'y',
  });
  const similarity = () =>
    differentiate(graph, { objective: { kind: 'similarity', output: 'y' }, withRespectTo: ['x'] });
  expect(similarity).toThrow(expect.objectContaining({ code: 'GRADIENT_OBJECTIVE' }));
});
