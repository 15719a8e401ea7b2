import { describe, expect, it } from '@jest/globals';
import type { GradientCheckRow, RowInput } from '../src/gradient-check/index.ts';
import { differentiate, type Constant, type Value } from '../src/index.ts';
import { execute } from './execute.ts';
import { graphOf } from './gradients-of.ts';
import { convolutionRows } from './rows/convolution.ts';
import { normalisationRows } from './rows/normalisation.ts';
import { poolingRows } from './rows/pooling.ts';
import { resizeRows } from './rows/resize.ts';

function sample({ dims, type = 'float32', values, range = [-1, 1] }: RowInput, seed: number): Constant {
  const count = dims.reduce((product, dim) => product * dim, 1);
  const [low, high] = range;
  // Irrational steps: no two elements are equal, and none of a maximum's windows has a tie.
  const draw = (_: unknown, at: number) => low + (high - low) * (((at + 1) * (0.618033988 + seed * 0.1)) % 1);
  return { type, dims, values: values ?? Array.from({ length: count }, draw) };
}

/** The gradient of the node's first input, whose batch is a number or is only known when the model runs. */
async function gradient(row: GradientCheckRow, batchKnown: boolean): Promise<Constant> {
  const samples = row.inputs.map((input, at) => input && sample(input, at));
  const named = (wanted: (at: number) => boolean) =>
    Object.fromEntries(samples.flatMap((value, at) => (value && wanted(at) ? [[`x${at}`, value] as const] : [])));
  const network = {
    ...(row.opset && { opset: row.opset }),
    inputs: named((at) => at === 0),
    weights: named((at) => at > 0),
    nodes: [
      {
        operator: row.operator,
        inputs: samples.map((value, at) => (value ? `x${at}` : '')),
        outputs: Array.from({ length: row.outputs ?? 1 }, (_, at) => `y${at}`),
        ...(row.attributes && { attributes: row.attributes }),
      },
    ],
    output: 'y0',
  };
  const graph = graphOf(network);
  const dynamic = (input: Value): Value => ({ ...input, shape: ['batch', ...input.shape!.slice(1)] });
  const model = differentiate(batchKnown ? graph : graph.with({ inputs: graph.inputs.map(dynamic) }), {
    objective: { kind: 'cotangent', outputs: ['y0'] },
    withRespectTo: ['x0'],
  });
  const { y0 } = await execute(graph.encode(), network.inputs, ['y0']);
  const cotangent = sample({ dims: y0!.dims }, 9);
  const name = model.gradients['x0']!;
  const feeds = { ...network.inputs, [model.objectiveInputs[0]!.name]: cotangent };
  return (await execute(model.graph.encode(), feeds, [name]))[name]!;
}

// The rules branch on what is known of sizes, not on the opset nor on how nearest neighbours are rounded.
const rows = [...convolutionRows, ...normalisationRows, ...poolingRows, ...resizeRows].filter(
  ({ opset = 18, attributes }) => opset === 18 && !attributes?.['nearest_mode'],
);

describe('a graph whose batch is only known when it runs has the gradients of one with a fixed batch', () => {
  for (const row of rows) {
    it(`${row.operator}: ${row.form}, opset ${row.opset ?? 18}`, async () => {
      const [expected, found] = [await gradient(row, true), await gradient(row, false)];
      expect(found.dims).toEqual(expected.dims);
      const differences = Array.from(found.values, (value, at) => Math.abs(value - expected.values[at]!));
      expect(Math.max(...differences)).toBeLessThan(1e-4);
      expect(Array.from(expected.values).some((value) => value !== 0)).toBe(true);
    });
  }
});
