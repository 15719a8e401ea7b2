import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkGradient, type RowInput } from '../src/gradient-check/index.ts';
import { execute } from './execute.ts';

const axis = fc.record({
  kernel: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  begin: fc.integer({ min: 0, max: 3 }),
  end: fc.integer({ min: 0, max: 3 }),
  /** How many elements there are beyond what one place of the window needs. */
  room: fc.integer({ min: 0, max: 5 }),
  extra: fc.integer({ min: 0, max: 2 }),
});

const convolution = fc.record({
  axes: fc.array(axis, { minLength: 1, maxLength: 3 }),
  group: fc.integer({ min: 1, max: 3 }),
  channels: fc.integer({ min: 1, max: 2 }),
  outputs: fc.integer({ min: 1, max: 2 }),
  batch: fc.integer({ min: 1, max: 2 }),
  symbolic: fc.boolean(),
  constant: fc.boolean(),
  bias: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1000 }),
});

const options = { seed: 1, numRuns: 30 };

describe('gradients of convolutions of any form agree with finite differences', () => {
  it('Conv', async () => {
    await fc.assert(
      fc.asyncProperty(convolution, async (form) => {
        const { axes, group, batch, symbolic, constant, bias, seed } = form;
        const sizes = axes.map(({ kernel, dilation, begin, end, room }) =>
          Math.max(dilation * (kernel - 1) + 1 + room - begin - end, 1 + room),
        );
        const weights: RowInput = {
          dims: [form.outputs * group, form.channels, ...axes.map(({ kernel }) => kernel)],
          constant,
        };
        const results = await checkGradient(
          {
            operator: 'Conv',
            form: 'random',
            inputs: [
              { dims: [batch, form.channels * group, ...sizes] },
              weights,
              ...(bias ? [{ dims: [form.outputs * group] }] : []),
            ],
            attributes: {
              group,
              strides: axes.map(({ stride }) => stride),
              dilations: axes.map(({ dilation }) => dilation),
              pads: [...axes.map(({ begin }) => begin), ...axes.map(({ end }) => end)],
            },
          },
          execute,
          { seed, symbolic },
        );
        expect(results.length).toBeGreaterThanOrEqual(4);
      }),
      options,
    );
  });

  it('Conv with automatic padding', async () => {
    await fc.assert(
      fc.asyncProperty(
        convolution,
        fc.constantFrom('SAME_UPPER', 'SAME_LOWER', 'VALID'),
        async ({ axes, group, batch, symbolic, constant, seed, channels, outputs }, auto_pad) => {
          const results = await checkGradient(
            {
              operator: 'Conv',
              form: auto_pad,
              inputs: [
                { dims: [batch, channels * group, ...axes.map(({ kernel, room }) => kernel + room)] },
                { dims: [outputs * group, channels, ...axes.map(({ kernel }) => kernel)], constant },
              ],
              attributes: { group, auto_pad, strides: axes.map(({ stride }) => stride) },
            },
            execute,
            { seed, symbolic },
          );
          expect(results.length).toBe(4);
        },
      ),
      options,
    );
  });

  it('ConvTranspose', async () => {
    await fc.assert(
      fc.asyncProperty(convolution, async ({ axes, group, batch, symbolic, constant, seed, channels, outputs }) => {
        // The output must keep at least one element along each axis.
        const spread = axes.map(({ kernel, dilation, stride, room }) => room * stride + dilation * (kernel - 1));
        const begin = axes.map((each, at) => Math.min(each.begin, Math.floor(spread[at]! / 2)));
        const end = axes.map((each, at) => Math.min(each.end, Math.floor(spread[at]! / 2)));
        const results = await checkGradient(
          {
            operator: 'ConvTranspose',
            form: 'random',
            inputs: [
              { dims: [batch, channels * group, ...axes.map(({ room }) => room + 1)] },
              { dims: [channels * group, outputs, ...axes.map(({ kernel }) => kernel)], constant },
              { dims: [outputs * group] },
            ],
            attributes: {
              group,
              strides: axes.map(({ stride }) => stride),
              dilations: axes.map(({ dilation }) => dilation),
              pads: [...begin, ...end],
              output_padding: axes.map(({ stride, extra }) => Math.min(extra, stride - 1)),
            },
          },
          execute,
          { seed, symbolic },
        );
        expect(results.length).toBe(6);
      }),
      options,
    );
  });
});
