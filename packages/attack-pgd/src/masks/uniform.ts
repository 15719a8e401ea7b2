import { maskOf, sameForAll } from './binary-mask.ts';
import { ofFraction } from './fraction.ts';

/**
 * Pixels evenly spaced over the image read row by row, first and last included, as NumPy's `linspace` truncated to whole numbers.
 *
 * Exactly `floor(fraction H W)` of them, a single one is the first. Above a half, pixels that touch in a row are unavoidable: what
 * is evenly spaced then is rather what is left out.
 */
export const uniform = ofFraction('uniform', (pixelCount) => ({
  async draw(request) {
    const places = evenlySpaced(request.height * request.width, pixelCount(request));
    return sameForAll(maskOf(places, request), request);
  },
}));

/** Never one twice: the distance between two is 1 at least, and exactly 1 only where all of them are taken. */
function evenlySpaced(length: number, count: number): readonly number[] {
  const step = count > 1 ? (length - 1) / (count - 1) : 0;
  return Array.from({ length: count }, (_, at) => (at > 0 && at === count - 1 ? length - 1 : Math.floor(at * step)));
}
