import type { Configurable, Mask } from '@understory/core';
import { maskOf } from './binary-mask.ts';
import { ofFraction, type fractionOptions } from './fraction.ts';
import { heatOf, needsOf, type HeatSource } from './heat.ts';

/** The mask of the hottest or the coldest pixels of a heat map; exactly `floor(fraction H W)` of them, ties by lowest index. */
export function extremePixels(
  name: string,
  source: HeatSource,
  end: 'top' | 'bottom',
): Configurable<Mask, typeof fractionOptions> {
  return ofFraction(name, (pixelCount) => ({
    needs: needsOf(source),
    async draw(request) {
      const count = pixelCount(request);
      return heatOf(name, source, request).map((heat) => maskOf(ordered(heat, end).subarray(0, count), request));
    },
  }));
}

function ordered(heat: Float32Array, end: 'top' | 'bottom'): Uint32Array {
  const sign = end === 'top' ? 1 : -1;
  return Uint32Array.from(heat, (_, at) => at).sort((one, other) => sign * (heat[other]! - heat[one]!) || one - other);
}
