import type { GradientRule } from '../gradient-rule.ts';
import { dequantizeLinear } from './dequantize-linear.ts';

export const microsoftDequantizeLinear: GradientRule = {
  ...dequantizeLinear,
  domain: 'com.microsoft',
  opsets: [7, 26],
};
