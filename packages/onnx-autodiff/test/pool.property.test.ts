import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkGradient, type GradientCheckRow } from '../src/gradient-check/index.ts';
import { execute } from './execute.ts';

const axis = fc
  .record({
    kernel: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 4 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    begin: fc.integer({ min: 0, max: 3 }),
    end: fc.integer({ min: 0, max: 3 }),
    room: fc.integer({ min: 0, max: 6 }),
  })
  // The runtime wants less padding than kernel.
  .map((each) => ({
    ...each,
    begin: Math.min(each.begin, each.kernel - 1),
    end: Math.min(each.end, each.kernel - 1),
  }));

const pooling = fc.record({
  axes: fc.array(axis, { minLength: 1, maxLength: 3 }),
  channels: fc.integer({ min: 1, max: 2 }),
  batch: fc.integer({ min: 1, max: 2 }),
  automatic: fc.option(fc.constantFrom('SAME_UPPER', 'SAME_LOWER', 'VALID'), { freq: 3 }),
  ceil: fc.boolean(),
  countPadding: fc.boolean(),
  symbolic: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1000 }),
});

type Pooling = typeof pooling extends fc.Arbitrary<infer Form> ? Form : never;

/** Opset 22 is the first in which the runtime's shape inference and kernels agree on the windows of ceil_mode. */
const opset = 22;

function formOf({ axes, channels, batch, automatic, ceil }: Pooling, dilated: boolean) {
  const dilations = axes.map(({ dilation }) => (dilated && !automatic ? dilation : 1));
  const sizes = axes.map(({ kernel, begin, end, room }, at) =>
    Math.max(dilations[at]! * (kernel - 1) + 1 + room - (automatic ? 0 : begin + end), 1 + room),
  );
  return {
    dims: [batch, channels, ...sizes],
    attributes: {
      kernel_shape: axes.map(({ kernel }) => kernel),
      // With automatic padding a stride beyond the kernel is refused, by the runtime or by the rule.
      strides: axes.map(({ stride, kernel }) => (automatic?.startsWith('SAME') ? Math.min(stride, kernel) : stride)),
      dilations,
      ...(automatic
        ? { auto_pad: automatic }
        : {
            pads: [...axes.map(({ begin }) => begin), ...axes.map(({ end }) => end)],
            ceil_mode: ceil ? 1 : 0,
          }),
    },
  };
}

const options = { seed: 1, numRuns: 30 };

describe('gradients of poolings of any form agree with finite differences', () => {
  it('MaxPool', async () => {
    await fc.assert(
      fc.asyncProperty(pooling, async (form) => {
        const { dims, attributes } = formOf(form, true);
        const results = await checkGradient(
          { operator: 'MaxPool', form: 'random', opset, inputs: [{ dims, distinct: true }], attributes },
          execute,
          { seed: form.seed, symbolic: form.symbolic },
        );
        expect(results.length).toBe(2);
      }),
      options,
    );
  });

  it('AveragePool', async () => {
    await fc.assert(
      fc.asyncProperty(pooling, async (form) => {
        const { dims, attributes } = formOf(form, true);
        const counted = { ...attributes, count_include_pad: form.countPadding ? 1 : 0 };
        const results = await checkGradient(
          { operator: 'AveragePool', form: 'random', opset, inputs: [{ dims }], attributes: counted },
          execute,
          { seed: form.seed, symbolic: form.symbolic },
        );
        expect(results.length).toBe(2);
      }),
      options,
    );
  });

  it.each([false, true])('automatic padding with a stride beyond the kernel, sizes unknown: %s', async (symbolic) => {
    for (const [operator, size, kernel, stride] of [
      ['AveragePool', 5, 1, 4],
      ['LpPool', 10, 1, 5],
      ['LpPool', 8, 2, 5],
      ['MaxPool', 5, 1, 4],
    ] as const) {
      const row: GradientCheckRow = {
        operator,
        form: 'gaps',
        opset,
        inputs: [{ dims: [1, 1, size], distinct: true }],
        attributes: { kernel_shape: [kernel], strides: [stride], auto_pad: 'SAME_UPPER' },
      };
      const results = await checkGradient(row, execute, { symbolic });
      expect(results.length).toBe(2);
    }
  });

  it.each([false, true])('automatic padding with dilations, sizes unknown: %s', async (symbolic) => {
    for (const [operator, size, kernel, stride, dilation] of [
      ['AveragePool', 9, 3, 2, 2],
      ['AveragePool', 9, 2, 5, 3],
      ['LpPool', 9, 2, 4, 3],
      ['LpPool', 7, 3, 1, 2],
      ['MaxPool', 8, 2, 5, 2],
      ['MaxPool', 9, 3, 2, 3],
    ] as const) {
      for (const auto_pad of ['SAME_UPPER', 'SAME_LOWER']) {
        const row: GradientCheckRow = {
          operator,
          form: 'dilated',
          opset,
          inputs: [{ dims: [1, 2, size], distinct: true }],
          attributes: { kernel_shape: [kernel], strides: [stride], dilations: [dilation], auto_pad },
        };
        const results = await checkGradient(row, execute, { symbolic });
        expect(results.length).toBe(2);
      }
    }
  });
});
