import type { GradientRule } from '../gradient-rule.ts';
import { quantizeLinear } from './quantize-linear.ts';

export const microsoftQuantizeLinear: GradientRule = { ...quantizeLinear, domain: 'com.microsoft', opsets: [7, 26] };
