import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkGradient, type RowInput } from '../src/gradient-check/index.ts';
import { execute } from './execute.ts';

const away: Readonly<Record<string, Omit<RowInput, 'dims'>>> = {
  ReduceSum: {},
  ReduceMean: {},
  ReduceMax: { distinct: true },
  ReduceMin: { distinct: true },
  ReduceL1: { avoid: [0] },
  ReduceL2: { range: [0.5, 1.5] },
  ReduceSumSquare: {},
  ReduceLogSum: { range: [0.5, 1.5] },
  ReduceLogSumExp: {},
  ReduceProd: { range: [0.5, 1.5] },
};

describe('reductions', () => {
  it('have the gradient of finite differences for every choice of axes', async () => {
    const reductions = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }).chain((dims) =>
      fc.record({
        dims: fc.constant(dims),
        operator: fc.constantFrom(...Object.keys(away)),
        axes: fc.shuffledSubarray(dims.map((_, axis) => axis)),
        keepdims: fc.nat(1),
        noop: fc.nat(1),
        fromEnd: fc.boolean(),
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        reductions,
        fc.boolean(),
        async ({ dims, operator, axes, keepdims, noop, fromEnd }, symbolic) => {
          const values = axes.map((axis) => (fromEnd ? axis - dims.length : axis));
          const row = {
            operator,
            form: `[${dims.join()}] over ${values.join() || (noop ? 'nothing' : 'everything')}, keepdims ${keepdims}`,
            attributes: { keepdims, noop_with_empty_axes: noop },
            inputs: [
              { dims, ...away[operator] },
              { dims: [axes.length], type: 'int64' as const, values, constant: true },
            ],
          };
          expect((await checkGradient(row, execute, { symbolic })).length).toBe(2);
        },
      ),
      { seed: 1, numRuns: 30 },
    );
  });
});
