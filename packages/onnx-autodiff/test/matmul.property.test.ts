import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkGradient } from '../src/gradient-check/index.ts';
import { execute } from './execute.ts';

const size = fc.integer({ min: 1, max: 4 });

/** Batch axes of both sides: each axis is shared, or 1 on one side; the shorter side leaves out leading ones. */
const batches = fc
  .record({
    axes: fc.array(fc.tuple(size, fc.constantFrom('both', 'left', 'right')), { maxLength: 2 }),
    leftRank: fc.nat(2),
    rightRank: fc.nat(2),
  })
  .map(({ axes, leftRank, rightRank }) => {
    const side = (other: string, rank: number) =>
      axes.map(([length, where]) => (where === other ? 1 : length)).slice(Math.max(0, axes.length - rank));
    return { left: side('right', leftRank), right: side('left', rightRank) };
  });

describe('products of matrices', () => {
  it('have the gradient of finite differences for every combination of ranks and batch axes', async () => {
    const shapes = fc
      .record({ rows: fc.option(size), columns: fc.option(size), inner: size, batch: batches })
      .map(({ rows, columns, inner, batch }) => ({
        left: rows === null ? [inner] : [...batch.left, rows, inner],
        right: columns === null ? [inner] : [...batch.right, inner, columns],
      }));
    await fc.assert(
      fc.asyncProperty(shapes, fc.boolean(), async ({ left, right }, symbolic) => {
        const row = {
          operator: 'MatMul',
          form: `[${left.join()}] x [${right.join()}]`,
          inputs: [{ dims: left }, { dims: right }],
        };
        expect((await checkGradient(row, execute, { symbolic })).length).toBeGreaterThan(0);
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it('written as Einsum have it too, whatever the letters', async () => {
    const letters = ['a', 'b', 'c', 'd'];
    const sizes: Readonly<Record<string, number>> = { a: 2, b: 3, c: 1, d: 4 };
    const term = fc
      .subarray(letters, { minLength: 1 })
      .chain((list) => fc.shuffledSubarray(list, { minLength: list.length }));
    const equations = fc
      .array(term, { minLength: 1, maxLength: 3 })
      .chain((terms) =>
        fc.record({ terms: fc.constant(terms), output: fc.shuffledSubarray([...new Set(terms.flat())]) }),
      );
    await fc.assert(
      fc.asyncProperty(equations, fc.boolean(), async ({ terms, output }, symbolic) => {
        const equation = `${terms.map((labels) => labels.join('')).join()}->${output.join('')}`;
        const inputs = terms.map((labels) => ({ dims: labels.map((label) => sizes[label]!) }));
        const row = { operator: 'Einsum', form: equation, attributes: { equation }, inputs };
        expect((await checkGradient(row, execute, { symbolic })).length).toBeGreaterThan(0);
      }),
      { seed: 1, numRuns: 30 },
    );
  });
});
