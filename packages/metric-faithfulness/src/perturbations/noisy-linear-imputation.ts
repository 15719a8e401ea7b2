import { channelMeans } from './channel-mean.ts';
import { neighbourhoodOf, solveByConjugateGradients } from './neighbourhood.ts';
import type { Perturbation } from './perturbation.ts';

/**
 * Replaced pixels become the weighted mean of their eight neighbours, replaced ones included, plus noise.
 *
 * One linear system a channel: weights 1/6 beside and 1/12 across, over the neighbours inside the picture. `noise` is the standard
 * deviation in the space in which the model is fed; it is one draw a pixel and channel, whichever pixels are replaced. Where no
 * pixel is left, the mean colour stands for all. Rong et al. 2022, "A Consistent and Efficient Evaluation Strategy for Attribution
 * Methods", section 4.2 and appendix C.
 */
export function noisyLinearImputation({ noise }: { readonly noise: number }): Perturbation {
  return (pixels, input, random) => {
    const { channels, height, width, channelStride, pixelStride } = input;
    const means = channelMeans(pixels, input);
    const normal = random.fork('imputation');
    const deviations = Float64Array.from(pixels, () => noise * normal.normal());
    // The last solution is where the next one starts: the pixels of one walk grow into each other.
    const solved = new Float64Array(height * width * channels);
    for (let place = 0; place < height * width; place += 1) {
      for (let channel = 0; channel < channels; channel += 1) solved[place * channels + channel] = means[channel]!;
    }

    return {
      kind: 'surroundings',
      fill(replaced, into) {
        into.set(pixels);
        const hood = neighbourhoodOf(replaced, height, width);
        if (hood.places.length === 0) return;
        const right = new Float64Array(hood.places.length * channels);
        const values = new Float64Array(right.length);
        hood.places.forEach((place, row) => {
          for (let channel = 0; channel < channels; channel += 1) {
            values[row * channels + channel] = solved[place * channels + channel]!;
          }
        });
        if (hood.places.length < height * width) {
          hood.eachKnown((row, place, weight) => {
            for (let channel = 0; channel < channels; channel += 1) {
              right[row * channels + channel]! += weight * pixels[channel * channelStride + place * pixelStride]!;
            }
          });
          solveByConjugateGradients(hood, right, values, channels);
        } else {
          values.forEach((_, at) => (values[at] = means[at % channels]!));
        }
        hood.places.forEach((place, row) => {
          for (let channel = 0; channel < channels; channel += 1) {
            const at = channel * channelStride + place * pixelStride;
            const value = values[row * channels + channel]!;
            solved[place * channels + channel] = value;
            into[at] = value + deviations[at]!;
          }
        });
      },
    };
  };
}
