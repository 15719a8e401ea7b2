import type { HeatMap, PixelClassifier, Tensor } from '@understory/core';
import type { NamedExplainer } from '../explanation/explain-images.ts';
import { pixelClassifierOf } from '../setup/pixel-classifier-of.ts';
import type { Setup } from '../setup/setup.ts';

/** The heat map of pixels `[1, 3, H, W]` in 0..1 for a class. */
export type ExplainPixels = (pixels: Tensor<'float32'>, target: number) => Promise<HeatMap>;

/** An explainer of pixels; `pixels` is the classifier of the set-up, which is used where the explainer has the same. */
export function explainPixels(
  { explainer, classifier, layer }: NamedExplainer,
  {
    setup,
    pixels,
    seed,
    signal,
  }: {
    readonly setup: Setup;
    readonly pixels: PixelClassifier;
    readonly seed: number;
    readonly signal: AbortSignal;
  },
): ExplainPixels {
  const own =
    classifier === setup.classifier ? pixels : pixelClassifierOf(classifier, setup.preprocessing.preprocessing);
  return async (shown, target) => {
    const [map] = await explainer.explain({
      model: classifier.model,
      feeds: own.feeds(shown),
      objective: classifier.score([target]),
      ...(layer !== undefined && { layer }),
      ...{ seed, signal },
    });
    return map!;
  };
}
