import { objectiveOf, type HeatMap, type PixelSubject, type Target, type Tensor } from '@understory/core';
import { placed } from '../common/targets.ts';
import type { NamedExplainer } from '../explanation/explain-images.ts';
import { pixelSubjectOf } from '../setup/pixel-subject-of.ts';
import type { Setup } from '../setup/setup.ts';

/** The heat map of pixels `[1, C, H, W]` in 0..1 for a target; `framed` is the subject of pictures of their size and padding. */
export type ExplainPixels = (pixels: Tensor<'float32'>, target: Target, framed: PixelSubject) => Promise<HeatMap>;

/** An explainer of pixels. */
export function explainPixels(
  { explainer, subject, layer }: NamedExplainer,
  {
    setup,
    seed,
    signal,
  }: {
    readonly setup: Setup;
    readonly seed: number;
    readonly signal: AbortSignal;
  },
): ExplainPixels {
  const other = subject === setup.subject ? undefined : pixelSubjectOf(subject, setup.preprocessing.preprocessing);
  return async (shown, target, framed) => {
    const own = other?.framed(framed, framed.mask) ?? framed;
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
