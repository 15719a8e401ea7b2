import type { Ball } from '../norms/norm.ts';
import type { Start } from './start.ts';

/**
 * At a point drawn uniformly from the ball over the pixels that the mask lets through, times the mask's weights, then cut to 0..1.
 *
 * Where no pixel is nearer to 0 or 1 than the draw is long, and weights are 0 or 1, the start itself is uniform in the ball.
 */
export function uniform(ball: Ball): Start {
  return (origin, weights, random) => {
    const places = weights.length;
    const free = [...weights.keys()].filter((place) => weights[place]! > 0);
    const channels = origin.length / places;
    const draw = ball.draw(random, channels * free.length);
    const pixels = origin.slice();
    for (let channel = 0; channel < channels; channel += 1) {
      free.forEach((place, at) => {
        const component = channel * places + place;
        const moved = origin[component]! + weights[place]! * draw[channel * free.length + at]!;
        pixels[component] = Math.min(1, Math.max(0, moved));
      });
    }
    return pixels;
  };
}
