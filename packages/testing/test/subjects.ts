import { float32 } from '@understory/core';
import type { DifferentiableModel, Objective } from '@understory/core';
import {
  ChainModel,
  flatten,
  globalAveragePool,
  linear,
  pointwiseConvolution,
  relu,
  type ContractCase,
} from '@understory/testing';

export const classifier = (): ChainModel =>
  new ChainModel({
    input: [2, 2, 3],
    steps: [
      pointwiseConvolution(
        'stem',
        [
          [1, -0.5],
          [0.25, 1],
          [-1, 0.75],
        ],
        [0.4, 0.2, 0.6],
      ),
      relu('features'),
      globalAveragePool('pooled'),
      flatten('flat'),
      linear(
        'logits',
        [
          [1, -2, 0.5],
          [0.3, 1, -1],
          [-1, 0.2, 2],
        ],
        [0.1, 0, -0.2],
      ),
    ],
  });

export const feeds = {
  pixels: float32(
    Float32Array.from({ length: 24 }, (_, at) => Math.sin(1.7 * at) + 0.1 * at),
    [2, 2, 2, 3],
  ),
};

export const score: Objective = { kind: 'score', output: 'logits', index: [[0], [2]] };

/** A model that behaves as another one but for what is given. */
export function changed(model: DifferentiableModel, changes: Partial<DifferentiableModel>): DifferentiableModel {
  const { inputs, outputs, layers, origin, graph, gradientRules } = model;
  return {
    inputs,
    outputs,
    layers,
    origin,
    ...(graph && { graph }),
    ...(gradientRules && { gradientRules }),
    run: (...request) => model.run(...request),
    differentiate: (request) => model.differentiate(request),
    differentiability: (...pair) => model.differentiability(...pair),
    close: () => model.close(),
    ...changes,
  };
}

/** The names of the cases that fail, with what they say. */
export async function failuresOf(cases: readonly ContractCase[]): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const { name, run } of cases) {
    await run().catch((failure: unknown) => failures.push(`${name}: ${String(failure)}`));
  }
  return failures;
}

/** The names of the cases that none of these makes fail. */
export async function unbroken(every: readonly (readonly ContractCase[])[]): Promise<readonly string[]> {
  const left = new Set(every.flat().map(({ name }) => name));
  for (const cases of every) {
    for (const { name, run } of cases) {
      if (left.has(name)) await run().catch(() => left.delete(name));
    }
  }
  return [...left];
}
