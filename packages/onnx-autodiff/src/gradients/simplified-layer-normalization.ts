import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';
import { rmsNormalization } from './rms-normalization.ts';

/** ONNX Runtime's name for RMSNormalization, in the domain of ONNX although no version of ONNX has it. */
export const simplifiedLayerNormalization: GradientRule = {
  ...rmsNormalization,
  operator: 'SimplifiedLayerNormalization',
  opsets: [7, 26],
  covers: 'Any axis, gradient of the scale; written by ONNX Runtime.',
  gradient(context) {
    const { node, gradients } = context;
    if (!gradients[0] || gradients[1])
      throw errors.ruleLimit(
        node.operator,
        node.name,
        'an objective that reads the statistics',
        'one that reads the result',
      );
    return rmsNormalization.gradient(context);
  },
};
