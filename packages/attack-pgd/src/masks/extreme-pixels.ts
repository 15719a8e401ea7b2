import { errors, seededRandom, type Configurable, type Mask } from '@understory/core';
import { pictureFrame, rankPixels } from '@understory/imaging';
import { maskOf } from './binary-mask.ts';
import { ofFraction, type fractionOptions } from './fraction.ts';
import { heatMapsOf, needsOf, type HeatSource } from './heat.ts';

/**
 * The mask of the hottest or the coldest pixels of a heat map; exactly `floor(fraction H W)` of them.
 *
 * Of pixels with equal heat, those in it are drawn by the seed of the sample, alike whichever way up the map is; the request's `note` is told.
 * Throws MASK_INVALID for a map that is the same everywhere: its hottest pixels would be any.
 */
export function extremePixels(
  name: string,
  source: HeatSource,
  end: 'top' | 'bottom',
): Configurable<Mask, typeof fractionOptions> {
  const direction = end === 'top' ? 'descending' : 'ascending';
  return ofFraction(name, (pixelCount) => ({
    needs: needsOf(source),
    async draw(request) {
      const count = pixelCount(request);
      const { height, width, seeds, note } = request;
      return heatMapsOf(name, source, request).map((map, sample) => {
        const ranking = rankPixels(map, request, 'bicubic');
        if (ranking.isFlat) throw errors.maskInvalid(flatHeat);
        const layout = { height, width, channels: 1, channelStride: height * width, pixelStride: 1 };
        const frame = pictureFrame(ranking.levels, layout);
        const random = seededRandom(seeds[sample]!).fork('ties').fork(frame.key);
        const drawn = Uint32Array.from(random.permutation(height * width), (at) => frame.places[at]!);
        const tied = ranking.tiedAt(direction, count);
        if (tied > 0) {
          note?.(
            sample,
            `${tied} pixels have the heat at which the mask "${name}" ends: those in it are drawn by the seed`,
          );
        }
        return maskOf(ranking.order(direction, drawn).subarray(0, count), request);
      });
    },
  }));
}

const flatHeat = { found: 'a heat map that is the same everywhere', expected: 'a heat map that tells pixels apart' };
