import {
  batchOf,
  checkTargetCount,
  errors as coreErrors,
  fromFloat32,
  imageInputOf,
  isDifferentiable,
  outputsOf,
  takeFeeds,
  takeObjective,
  toFloat32,
} from '@understory/core';
import type {
  Differentiability,
  DifferentiableModel,
  ExplainRequest,
  GradientRules,
  ImageInput,
} from '@understory/core';
import { errors } from './errors.ts';

/** Explainers that work where gradients do not. */
const withoutGradients = ['rise', 'occlusion', 'scorecam', 'ablationcam'];

/** The images of a request, seen as what gradients are taken with respect to. */
export interface ExplainedImages {
  readonly model: DifferentiableModel;
  readonly image: ImageInput;
  readonly batch: number;
  /** The elements of the input, sample by sample. */
  readonly pixels: Float32Array;
  /**
   * The gradients of the objectives of some samples of the request with respect to their images, `[samples, image.size]`, at `pixels`
   * of that shape in place of their own.
   */
  gradientsAt(pixels: Float32Array, samples: readonly number[]): Promise<Float32Array>;
}

/** Throws TARGET_COUNT, NO_IMAGE_INPUT, NOT_DIFFERENTIABLE, GUIDED_UNSUPPORTED, RELEVANCE_UNSUPPORTED or DEEPLIFT_UNSUPPORTED. */
export function explainedImages(request: ExplainRequest, rules?: GradientRules): ExplainedImages {
  const { model, feeds, objective, signal } = request;
  const batch = batchOf(feeds);
  checkTargetCount(objective, batch);
  const image = imageInputOf(model, feeds, request.image);
  const { name } = image;
  const others = Object.fromEntries(Object.entries(feeds).filter(([other]) => other !== name));
  const outputs = outputsOf(objective);
  const refuse = (reason: string) =>
    coreErrors.notDifferentiable({ output: outputs.join(', '), tensor: name, reason, alternatives: withoutGradients });
  if (!isDifferentiable(model)) throw refuse(`the backend "${model.origin.backend}" computes no gradients`);
  const obstacle = obstacleTo(model, outputs, name);
  if (!obstacle.differentiable) throw refuse(obstacle.message);
  if (rules !== undefined && !model.gradientRules?.includes(rules)) {
    const { backend } = model.origin;
    if (rules === 'guided') throw errors.guidedUnsupported({ backend });
    if (rules === 'deeplift-rescale') throw errors.deepLiftUnsupported({ backend, rules });
    throw errors.relevanceUnsupported({ backend, rules });
  }
  return {
    model,
    image,
    batch,
    pixels: toFloat32(feeds[name]!),
    async gradientsAt(pixels, samples) {
      signal?.throwIfAborted();
      const dims = [samples.length, ...image.dims.slice(1)];
      const { gradients } = await model.differentiate({
        feeds: { ...takeFeeds(others, samples), [name]: fromFloat32(pixels, image.type, dims) },
        objective: takeObjective(objective, samples),
        withRespectTo: [name],
        ...(rules !== undefined && { rules }),
      });
      const gradient = gradients[name];
      if (gradient === undefined) throw new Error(`the backend did not hand back the gradient of "${name}"`);
      return toFloat32(gradient);
    },
  };
}

/** Every sample of a batch, in order. */
export function everySample(batch: number): readonly number[] {
  return Array.from({ length: batch }, (_, sample) => sample);
}

/** What stands between the image and those of the outputs that come closest to reaching it. */
function obstacleTo(model: DifferentiableModel, outputs: readonly string[], image: string): Differentiability {
  const ways = outputs.map((output) => model.differentiability(output, image));
  const isBlocked = (way: Differentiability) => !way.differentiable && way.reason === 'operator';
  return ways.find((way) => way.differentiable) ?? ways.find(isBlocked) ?? ways[0]!;
}
