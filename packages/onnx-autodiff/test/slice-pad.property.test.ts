import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkGradient, type RowInput } from '../src/gradient-check/index.ts';
import { execute } from './execute.ts';

const dims = fc.array(fc.integer({ min: 2, max: 6 }), { minLength: 1, maxLength: 3 });
const ints = (values: readonly number[], constant = true): RowInput => ({
  dims: [values.length],
  type: 'int64',
  values,
  constant,
});

/** An axis of one of both signs, with a part of it that is not empty. */
const cut = (size: number) =>
  fc
    .record({
      from: fc.nat(size - 1),
      to: fc.nat(size - 1),
      step: fc.integer({ min: 1, max: 3 }),
      fromEnd: fc.boolean(),
      beyond: fc.boolean(),
    })
    .map(({ from, to, step, fromEnd, beyond }) => {
      const backwards = from > to;
      const start = fromEnd ? from - size : from;
      if (backwards) return { start, end: to === 0 || beyond ? -(2 ** 63) : to - 1, step: -step };
      return { start, end: beyond ? 2 ** 63 : to + 1, step };
    });

describe('slices and pads', () => {
  it('have the gradient of finite differences for every start, end and step', async () => {
    const slices = dims.chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        cuts: fc.tuple(...shape.map(cut)),
        axes: fc.shuffledSubarray(
          shape.map((_, axis) => axis),
          { minLength: 1 },
        ),
        counted: fc.boolean(),
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        slices,
        fc.boolean(),
        fc.boolean(),
        async ({ shape, cuts, axes, counted }, symbolic, computed) => {
          const chosen = axes.map((axis) => cuts[axis]!);
          // What is computed has a known length at least where sizes are known.
          const constant = symbolic || !computed;
          const row = {
            operator: 'Slice',
            form: `[${shape.join()}] axes ${axes.join()} ${JSON.stringify(chosen)}`,
            inputs: [
              { dims: shape },
              ints(
                chosen.map(({ start }) => start),
                constant,
              ),
              ints(
                chosen.map(({ end }) => Math.max(Math.min(end, 1e9), -1e9)),
                constant,
              ),
              ints(axes.map((axis) => (counted ? axis - shape.length : axis))),
              ints(chosen.map(({ step }) => step)),
            ],
          };
          expect((await checkGradient(row, execute, { symbolic })).length).toBe(2);
        },
      ),
      { seed: 1, numRuns: 30 },
    );
  });

  it('have the gradient of finite differences for every mode and width', async () => {
    const pads = dims.chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        mode: fc.constantFrom('constant', 'reflect', 'edge', 'wrap'),
        before: fc.tuple(...shape.map((size) => fc.integer({ min: -1, max: size - 1 }))),
        after: fc.tuple(...shape.map((size) => fc.integer({ min: 0, max: size - 1 }))),
      }),
    );
    await fc.assert(
      fc.asyncProperty(pads, fc.boolean(), fc.boolean(), async ({ shape, mode, before, after }, symbolic, constant) => {
        const fits = before.map((count) => (mode === 'constant' ? count : Math.max(count, 0)));
        const row = {
          operator: 'Pad',
          form: `${mode} [${shape.join()}] by ${fits.join()} and ${after.join()}`,
          opset: 19,
          attributes: { mode },
          inputs: [{ dims: shape }, ints([...fits, ...after], constant), { dims: [], check: mode === 'constant' }],
        };
        expect((await checkGradient(row, execute, { symbolic })).length).toBeGreaterThan(0);
      }),
      { seed: 1, numRuns: 30 },
    );
  });
});
