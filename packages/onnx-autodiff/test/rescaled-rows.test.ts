import { describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import type { GradientCheckRow, RowInput } from '../src/gradient-check/index.ts';
import { DifferentiableGraph, differentiate, rescaleRules, type Constant } from '../src/index.ts';
import { execute } from './execute.ts';
import { graphOf, type Network } from './gradients-of.ts';

const rows: GradientCheckRow[] = [];
for (const file of readdirSync(new URL('./rows', import.meta.url)).sort()) {
  const module = (await import(`./rows/${file}`)) as Record<string, readonly GradientCheckRow[]>;
  for (const table of Object.values(module)) rows.push(...table);
}

const sum = (values: readonly number[]) => values.reduce((left, right) => left + right, 0);

/** Numbers of the row's range that look random, or its own. */
function drawn({ dims, type = 'float32', range: [low, high] = [-1, 1], values }: RowInput, speed: number): Constant {
  const length = dims.reduce((a, b) => a * b, 1);
  const own = Array.from({ length }, (_, at) => low + (high - low) * (0.5 + 0.5 * Math.sin(speed * (at + 1))));
  return { type, dims, values: values ?? own };
}

/** What the multipliers of some inputs attribute to their differences from a reference, and the difference of the outputs' sum. */
async function attributed(row: GradientCheckRow, moved: readonly number[]) {
  const outputs = (row.objective ?? [0]).map((at) => `y${at}`);
  const tensors = (isConstant: boolean) =>
    Object.fromEntries(
      row.inputs.flatMap((input, at) =>
        input && (input.constant ?? false) === isConstant ? [[`x${at}`, drawn(input, 1.7 + at)] as const] : [],
      ),
    );
  const network: Network = {
    ...{ inputs: tensors(false), weights: tensors(true), output: outputs[0]! },
    ...(row.opset !== undefined && { opset: row.opset }),
    nodes: [
      {
        ...{ operator: row.operator, attributes: row.attributes ?? {} },
        inputs: row.inputs.map((input, at) => (input ? `x${at}` : '')),
        outputs: Array.from({ length: row.outputs ?? 1 }, (_, at) => `y${at}`),
      },
    ],
  };
  const graph = graphOf(network).with({
    outputs: outputs.map((name) => ({ name, type: 'float32', shape: undefined })),
  });
  const { inference } = new DifferentiableGraph(graph);
  const names = moved.map((at) => `x${at}`);
  // Objectives are of samples, and numbers of one type are enough.
  if (outputs.some((name) => inference.value(name).type !== 'float32' || inference.value(name).shape?.length === 0))
    return undefined;
  const model = differentiate(graph, {
    objective: { kind: 'cotangent', outputs },
    ...{ withRespectTo: names, rules: rescaleRules, reference: names },
  });
  const before = Object.fromEntries(moved.map((at) => [`x${at}`, drawn(row.inputs[at]!, 2.9 + at)]));
  const results = await execute(graph.encode(), network.inputs, outputs);
  const first = await execute(graph.encode(), { ...network.inputs, ...before }, outputs);
  const weight = (at: number) => 1 + 0.5 * Math.cos(3 * at);
  const weighed = (of: typeof results) =>
    sum(outputs.flatMap((name) => Array.from(of[name]!.values, (value, at) => weight(at) * value)));
  const gradients = await execute(
    model.graph.encode(model.sizes),
    {
      ...network.inputs,
      ...Object.fromEntries(names.map((name) => [model.references[name]!, before[name]!])),
      ...Object.fromEntries(
        model.objectiveInputs.map(({ name, output }) => {
          const { type, dims, values } = results[output]!;
          return [name, { type, dims, values: Array.from(values, (_, at) => weight(at)) }];
        }),
      ),
    },
    Object.values(model.gradients),
  );
  const parts = names.flatMap((name) => {
    const [from, to] = [before[name]!.values, network.inputs[name]!.values];
    const multipliers = gradients[model.gradients[name]!]!.values;
    return Array.from(multipliers, (multiplier, at) => multiplier * (to[at]! - from[at]!));
  });
  return { sum: sum(parts), difference: weighed(results) - weighed(first) };
}

const isFree = (input: RowInput | null) => input !== null && !input.constant && (input.type ?? 'float32') === 'float32';
const isRefusal = (error: unknown) => (error as { readonly code?: string }).code === 'DEEPLIFT_UNSUPPORTED_OPERATOR';

/** Those that have a multiplier where their first input alone differs from the reference. */
const ofFirst = new Set([
  ...['Abs', 'Acos', 'Acosh', 'Add', 'Asin', 'Asinh', 'Atan', 'Atanh', 'AveragePool', 'BatchNormalization', 'Cast'],
  ...['Celu', 'Clip', 'Concat', 'Conv', 'ConvTranspose', 'Cos', 'Cosh', 'CumSum', 'DepthToSpace', 'Div', 'Dropout'],
  ...['Elu', 'Erf', 'Exp', 'Expand', 'Flatten', 'Gather', 'GatherElements', 'GatherND', 'Gelu', 'Gemm'],
  ...['GlobalAveragePool', 'GlobalMaxPool', 'HardSigmoid', 'HardSwish', 'Identity', 'LeakyRelu', 'Log', 'MatMul'],
  ...['Max', 'MaxPool', 'Mean', 'Min', 'Mish', 'Mul', 'Neg', 'PRelu', 'Pad', 'Pow', 'Reciprocal', 'ReduceMax'],
  ...['ReduceMean', 'ReduceMin', 'ReduceSum', 'Relu', 'Reshape', 'Resize', 'Selu', 'Shrink', 'Sigmoid', 'Sin', 'Sinh'],
  ...['Slice', 'Softplus', 'Softsign', 'SpaceToDepth', 'Split', 'Sqrt', 'Squeeze', 'Sub', 'Sum', 'Swish', 'Tan'],
  ...['Tanh', 'ThresholdedRelu', 'Tile', 'Transpose', 'Trilu', 'Unsqueeze'],
]);
/** Those that have multipliers where all of their inputs differ. */
const ofAll = new Set([
  ...['Add', 'Concat', 'Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'Max', 'Mean', 'Min', 'Mul', 'Sub', 'Sum'],
]);

describe('DeepLIFT on the rows of the gradient check', () => {
  const usual = rows.filter(({ domain, opset = 18, inputs }) => !domain && opset >= 18 && isFree(inputs[0] ?? null));
  it.each([...new Set(usual.map(({ operator }) => operator))])(
    '%s sums to the difference, or is refused',
    async (operator) => {
      const summed = new Set<string>();
      for (const row of usual.filter((each) => each.operator === operator)) {
        const free = row.inputs.flatMap((input, at) => (isFree(input) ? [at] : []));
        for (const moved of free.length > 1 ? [[0], free] : [[0]]) {
          const result = await attributed(row, moved).catch((error: unknown) => {
            if (isRefusal(error)) return undefined;
            throw error;
          });
          if (result === undefined) continue;
          expect(result.sum).toBeCloseTo(result.difference, 3);
          summed.add(moved.length > 1 ? 'all' : 'first');
        }
      }
      expect([...summed].sort()).toEqual([
        ...(ofAll.has(operator) ? ['all'] : []),
        ...(ofFirst.has(operator) ? ['first'] : []),
      ]);
    },
  );
});
