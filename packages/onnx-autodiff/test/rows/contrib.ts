import type { GradientCheckRow } from '../../src/gradient-check/index.ts';

const fused = { operator: 'FusedMatMul', domain: 'com.microsoft' };

const gemm = { transA: 1, transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } };

/** Sums of few terms, so that the objective along a line meets no kink. */
const convolved = (activation: string, parameters?: readonly number[]): GradientCheckRow => ({
  ...{ operator: 'FusedConv', domain: 'com.microsoft', form: activation || 'no activation' },
  attributes: {
    ...{ pads: [1, 0, 0, 1], strides: [2, 1], group: 2 },
    ...(activation && { activation }),
    ...(parameters && { activation_params: { floats: parameters } }),
  },
  inputs: [
    { dims: [1, 2, 3, 3] },
    { dims: [2, 1, 2, 2] },
    { dims: [2] },
    ...(activation ? [{ dims: [1, 2, 2, 3] }] : []),
  ],
});

export const contribRows: readonly GradientCheckRow[] = [
  { ...fused, form: 'plain', inputs: [{ dims: [2, 3] }, { dims: [3, 4] }] },
  {
    ...fused,
    form: 'alpha, transA',
    attributes: { alpha: { float: 0.5 }, transA: 1 },
    inputs: [{ dims: [2, 3, 2] }, { dims: [2, 3, 4] }],
  },
  {
    ...fused,
    form: 'alpha, transB, one batch',
    attributes: { alpha: { float: -2 }, transB: 1 },
    inputs: [{ dims: [2, 2, 3] }, { dims: [4, 3] }],
  },
  {
    ...fused,
    form: 'transA and transB, broadcast batches',
    attributes: { transA: 1, transB: 1 },
    inputs: [{ dims: [2, 1, 3, 2] }, { dims: [3, 4, 3] }],
  },
  {
    ...{ operator: 'TransposeMatMul', domain: 'com.microsoft', form: 'alpha, transB' },
    attributes: { alpha: { float: -2 }, transB: 1 },
    inputs: [{ dims: [2, 2, 3] }, { dims: [4, 3] }],
  },
  {
    operator: 'Trilu',
    domain: 'com.microsoft',
    form: 'lower',
    attributes: { upper: 0 },
    inputs: [{ dims: [2, 3, 3] }],
  },
  {
    ...{ operator: 'GridSample', domain: 'com.microsoft', form: 'linear' },
    attributes: { mode: 'bilinear' },
    inputs: [{ dims: [1, 2, 4, 4] }, { dims: [1, 2, 2, 2], values: [-0.6, 0.1, 0.35, -0.42, 0.65, 0.7, -0.15, -0.85] }],
  },
  ...(['', 'Relu', 'Tanh', 'Sigmoid'] as const).map((activation) => convolved(activation)),
  convolved('LeakyRelu', [0.3]),
  convolved('HardSigmoid', [0.1, 0.4]),
  convolved('Clip', [-0.8, 0.9]),
  {
    ...{ operator: 'FusedGemm', domain: 'com.microsoft', form: 'LeakyRelu, C a row' },
    attributes: { ...gemm, activation: 'LeakyRelu', activation_alpha: { float: 0.3 } },
    inputs: [{ dims: [4, 3] }, { dims: [2, 4] }, { dims: [2] }],
  },
  {
    ...{ operator: 'FusedGemm', domain: 'com.microsoft', form: 'Tanh' },
    attributes: { activation: 'Tanh' },
    inputs: [{ dims: [3, 4] }, { dims: [4, 2] }],
  },
];
