import { flatMap } from '@understory/core';
import type { Measurement, Metric } from '@understory/core';
import type { Interpolation } from '@understory/imaging';
import { mapNotFinite, pixelRanking, pixelScores } from '../pixel-scores.ts';
import { samplesOf } from '../samples.ts';

/** A metric of the absolute values of a map at the size of the picture, and of nothing else; one of them is not 0. */
export function measureMaps(
  { interpolation, ...reading }: Pick<Metric, 'better' | 'range'> & { readonly interpolation: Interpolation },
  measure: (sizes: Float64Array) => Measurement,
): Metric {
  return {
    ...reading,
    async evaluate(request) {
      request.signal?.throwIfAborted();
      const { input } = samplesOf(request);
      return request.maps.map((map): Measurement => {
        const scores = pixelScores(map, input, interpolation);
        if (scores === undefined) return { value: undefined, reason: mapNotFinite };
        if (pixelRanking(map, input, interpolation)!.isFlat) return { value: undefined, reason: flatMap };
        return measure(Float64Array.from(scores, Math.abs));
      });
    },
  };
}
