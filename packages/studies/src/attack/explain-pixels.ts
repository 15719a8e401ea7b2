import { objectiveOf, type HeatMap, type PixelSubject, type Target, type Tensor } from '@understory/core';
import { placed } from '../common/targets.ts';
import type { NamedExplainer } from '../explanation/explain-images.ts';
import { pixelSubjectOf } from '../setup/pixel-subject-of.ts';
import type { Setup } from '../setup/setup.ts';

/** The heat map of pixels `[1, C, H, W]` in 0..1 for a target. */
export type ExplainPixels = (pixels: Tensor<'float32'>, target: Target) => Promise<HeatMap>;

/** An explainer of pixels; `pixels` is the subject of the set-up, which is used where the explainer has the same. */
export function explainPixels(
  { explainer, subject, layer }: NamedExplainer,
  {
    setup,
    pixels,
    seed,
    signal,
  }: {
    readonly setup: Setup;
    readonly pixels: PixelSubject;
    readonly seed: number;
    readonly signal: AbortSignal;
  },
): ExplainPixels {
  const own = subject === setup.subject ? pixels : pixelSubjectOf(subject, setup.preprocessing.preprocessing);
  return async (shown, target) => {
    const [map] = await explainer.explain({
      model: subject.model,
      feeds: own.feeds(shown),
      image: subject.picture.name,
      objective: objectiveOf([placed(target, subject, setup.subject)]),
      ...(layer !== undefined && { layer }),
      ...{ seed, signal },
    });
    return map!;
  };
}
