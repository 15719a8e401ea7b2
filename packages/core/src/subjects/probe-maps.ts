import type { HeatMap } from '../contracts/explainer.ts';
import type { ProbeRequest } from '../contracts/probe.ts';
import type { Target } from '../contracts/subject.ts';
import { environmentFailure } from '../environment-failure.ts';
import { isDiagnosed } from '../errors/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { objectiveOf } from './objective-of.ts';

/** A map, or why there is none. */
export type ProbeMap = { readonly map: HeatMap } | { readonly reason: string };

/**
 * Where the model of a probe looks for one target in each picture `[N, C, H, W]`; undefined without an explainer. What does not apply to the
 * model is a reason, a fault is thrown.
 */
export async function probeMaps(
  { subject, explainer, seed, signal }: ProbeRequest,
  pixels: Tensor<'float32'>,
  about: Target,
): Promise<readonly ProbeMap[] | undefined> {
  if (explainer === undefined) return undefined;
  const samples = Array.from({ length: pixels.dims[0]! }, () => about);
  const { model, picture } = subject.subject;
  try {
    const maps = await explainer.explainer.explain({
      ...{ model, feeds: subject.feeds(pixels), image: picture.name, objective: objectiveOf(samples), seed },
      ...(explainer.layer !== undefined && { layer: explainer.layer }),
      ...(signal !== undefined && { signal }),
    });
    return samples.map((_, sample) => {
      const map = maps[sample];
      if (map === undefined) return { reason: 'the explainer gave no map' };
      return map.data.every(Number.isFinite) ? { map } : { reason: 'the map has values that are not finite' };
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (!isDiagnosed(error) || environmentFailure(error) !== undefined) throw error;
    const reason = `${error.code}: ${error.message} Found: ${error.found}.`;
    return samples.map(() => ({ reason }));
  }
}
