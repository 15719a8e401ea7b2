import { fromFloat32, toFloat32 } from '@understory/core';
import { firstDerivatives, type LayerOfScore, type Slopes } from './class-activation.ts';
import { errors } from './errors.ts';
import { weightedActivation } from './weighted-activation.ts';
import { channelWeighted, meanGradient } from './weights.ts';

/**
 * Shapley-CAM: channels weighted by their Shapley values, to the second order.
 *
 * ReLU(sum_k mean(G_k - (H A)_k / 2) A_k) for the Hessian H of the score with respect to the layer A. Cai 2025, "CAMs as Shapley Value-based Explainers": what a channel adds is taken from the
 * expansion of the score around the layer. Where only pooling and a linear layer follow, H is 0 and the map is Grad-CAM's. Throws SECOND_DERIVATIVES_UNSUPPORTED, and
 * GRADIENT_UNSUPPORTED_OPERATOR where one of the backward pass has no derivative.
 */
export const shapleyCam = weightedActivation('shapleycam', channelWeighted(meanGradient), lessHalfCurvature);

async function lessHalfCurvature(request: LayerOfScore): Promise<Slopes> {
  const { model, feeds, objective, layer } = request;
  if (model.hessianProduct === undefined) throw errors.noSecondDerivatives({ backend: model.origin.backend });
  const { activation, gradient } = await firstDerivatives(request);
  const product = await model.hessianProduct({ feeds, objective, withRespectTo: layer, direction: activation });
  const curvature = toFloat32(product);
  const slopes = toFloat32(gradient).map((slope, at) => slope - curvature[at]! / 2);
  return { activation, gradient: fromFloat32(slopes, 'float32', gradient.dims) };
}
