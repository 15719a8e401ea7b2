import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkGradient, type RowInput } from '../src/gradient-check/index.ts';
import { execute } from './execute.ts';
import { gradientsOf, vector } from './gradients-of.ts';

/** Shapes that broadcast together: axes of one shape dropped from the front or reduced to 1. */
const broadcasting = (count: number) =>
  fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }).chain((full) =>
    fc.array(
      fc
        .tuple(
          fc.integer({ min: 0, max: full.length }),
          fc.array(fc.boolean(), { minLength: full.length, maxLength: full.length }),
        )
        .map(([dropped, ones]) => full.map((size, axis) => (ones[axis] ? 1 : size)).slice(dropped)),
      { minLength: count, maxLength: count },
    ),
  );

const countOf = (dims: readonly number[]) => dims.reduce((total, size) => total * size, 1);

const inputOf: Readonly<Record<string, (dims: readonly number[], index: number) => RowInput>> = {
  Add: (dims) => ({ dims }),
  Div: (dims, index) => ({ dims, range: index === 0 ? [-1, 1] : [0.5, 2] }),
  // Tensors on grids a third apart cannot tie.
  Max: (dims, index) => ({
    dims,
    values: Array.from({ length: countOf(dims) }, (_, at) => ((at * 5) % 7) + index / 3),
  }),
  Mean: (dims) => ({ dims }),
  Mul: (dims) => ({ dims }),
  Pow: (dims) => ({ dims, range: [0.5, 2] }),
  Sub: (dims) => ({ dims }),
  Where: (dims, index) =>
    index === 0
      ? { dims, type: 'bool', values: Array.from({ length: countOf(dims) }, (_, at) => Number((at * 7) % 5 < 2)) }
      : { dims },
};

const threefold = ['Max', 'Mean', 'Where'];

describe('broadcasting', () => {
  it('is undone by every operator, whether the sizes are known ahead or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(inputOf)).chain((operator) =>
          fc.record({
            operator: fc.constant(operator),
            shapes: broadcasting(threefold.includes(operator) ? 3 : 2),
            symbolic: fc.boolean(),
          }),
        ),
        async ({ operator, shapes, symbolic }) => {
          const row = {
            operator,
            form: 'random',
            inputs: shapes.map((dims, index) => inputOf[operator]!(dims, index)),
          };
          const results = await checkGradient(row, execute, { symbolic });
          expect(results.length).toBeGreaterThan(0);
        },
      ),
      { seed: 1, numRuns: 30 },
    );
  });
});

describe('softmax', () => {
  it('differentiates along any axis of any shape', async () => {
    const place = fc
      .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
      .chain((dims) => fc.tuple(fc.constant(dims), fc.integer({ min: -dims.length, max: dims.length - 1 })));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('Softmax', 'LogSoftmax'),
        place,
        fc.constantFrom(11, 12, 13, 18),
        fc.boolean(),
        async (operator, [dims, axis], opset, symbolic) => {
          const row = { operator, form: 'random', opset, attributes: { axis }, inputs: [{ dims }] };
          const results = await checkGradient(row, execute, { symbolic });
          expect(results.length).toBeGreaterThan(0);
        },
      ),
      { seed: 1, numRuns: 20 },
    );
  });
});

describe('operators without a gradient', () => {
  for (const operator of ['Ceil', 'Floor', 'Hardmax', 'Round', 'Sign']) {
    it(`${operator} ends its path, and the other way round it counts`, async () => {
      const nodes = [
        { operator, inputs: ['x'], outputs: ['constant'] },
        { operator: 'Add', inputs: ['x', 'constant'], outputs: ['y'] },
      ];
      const results = await gradientsOf(
        { inputs: { x: vector([0.4, 1.6]) }, nodes, output: 'y' },
        ['x'],
        vector([2, 3]),
      );
      expect(Array.from(results['x']!.values)).toEqual([2, 3]);
    });
  }

  it('leaves no path where there is no other way', async () => {
    const nodes = [{ operator: 'Round', inputs: ['x'], outputs: ['y'] }];
    await expect(
      gradientsOf({ inputs: { x: vector([1]) }, nodes, output: 'y' }, ['x'], vector([1])),
    ).rejects.toMatchObject({ code: 'GRADIENT_NO_PATH' });
  });
});
