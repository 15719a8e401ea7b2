import type { ExplainRequest } from '@understory/core';
import { errors } from './errors.ts';
import { gradientMagnitude } from './gradient-magnitude.ts';

/** What guided rules change, in ONNX vocabulary; ReLU6 is a Clip. */
const reluOperators = new Set(['Relu', 'Clip', 'LeakyRelu', 'PRelu', 'ThresholdedRelu']);

/**
 * Guided backpropagation: saliency with a gradient that passes a ReLU only where both it and the activation are positive.
 *
 * Springenberg et al. 2015, "Striving for Simplicity: The All Convolutional Net", section 3.4; the map is the largest magnitude
 * among a pixel's channels. Adebayo et al. 2018 found that it hardly depends on what the network learned.
 * Throws GUIDED_UNSUPPORTED, and NO_RECTIFIER where the model shows its graph and there is none.
 */
export const guidedBackpropagation = gradientMagnitude('guided', requireRelu);

function requireRelu({ model }: ExplainRequest): void {
  if (model.graph?.nodes.some(({ operator }) => reluOperators.has(operator)) === false) throw errors.noRelu();
}
