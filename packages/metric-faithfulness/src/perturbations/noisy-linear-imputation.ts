import { channelMeans } from '@understory/core';
import { frameOf } from '../samples.ts';
import { solveByConjugateGradients } from './conjugate-gradients.ts';
import { emptySystem } from './grid-system.ts';
import type { GridSystem } from './grid-system.ts';
import { multigridCycle } from './multigrid.ts';
import type { Perturbation } from './perturbation.ts';

const beside = 1 / 6;
const across = 1 / 12;

const neighbours = [
  [0, 1, beside],
  [1, 0, beside],
  [1, 1, across],
  [1, -1, across],
  [0, -1, beside],
  [-1, 0, beside],
  [-1, -1, across],
  [-1, 1, across],
] as const;

/**
 * Replaced pixels become the weighted mean of their eight neighbours, replaced ones included, plus noise.
 *
 * One linear system for all channels: weights 1/6 beside and 1/12 across, over the neighbours inside the picture. `noise` is the standard
 * deviation in the space in which the model is fed; it is one draw a pixel and channel, whichever pixels are replaced and whichever
 * way up the picture is. Where no
 * pixel is left, the mean colour stands for all. Rong et al. 2022, "A Consistent and Efficient Evaluation Strategy for Attribution
 * Methods", section 4.2 and appendix C.
 */
export function noisyLinearImputation({ noise }: { readonly noise: number }): Perturbation {
  return (pixels, input, random) => {
    const { height, width, channels, channelStride, pixelStride } = input;
    const means = channelMeans(pixels, input);
    const normal = random.fork('imputation');
    const indexOf = (place: number, channel: number) => channel * channelStride + place * pixelStride;
    const deviations = new Float64Array(pixels.length);
    for (const place of frameOf(pixels, input).places) {
      for (let channel = 0; channel < channels; channel += 1) {
        deviations[indexOf(place, channel)] = noise * normal.normal();
      }
    }

    return {
      kind: 'surroundings',
      fill(replaced, into) {
        into.set(pixels);
        const places = [...replaced.keys()].filter((place) => replaced[place] === 1);
        if (places.length === 0) return;
        const write = (place: number, channel: number, value: number) => {
          const at = indexOf(place, channel);
          into[at] = value + deviations[at]!;
        };
        if (places.length === height * width) {
          means.forEach((mean, channel) => places.forEach((place) => write(place, channel, mean)));
          return;
        }
        const system = systemOf(replaced, height, width);
        const cycle = multigridCycle(system);
        means.forEach((mean, channel) => {
          const right = knownPart(system, (place) => pixels[indexOf(place, channel)]!);
          const values = new Float64Array(right.length);
          for (const place of system.places) values[place] = mean;
          solveByConjugateGradients(system, cycle, right, values);
          system.places.forEach((place, at) => write(places[at]!, channel, values[place]!));
        });
      },
    };
  };
}

/** The replaced pixels, each its own weighted mean of neighbours. */
function systemOf(replaced: Uint8Array, height: number, width: number): GridSystem {
  const system = emptySystem(height, width, (row, column) => replaced[row * width + column] === 1);
  const ties = [system.east, system.south, system.southEast, system.southWest];
  eachNeighbour(system, (place, neighbour, weight, direction) => {
    system.diagonal[place]! += weight;
    if (direction < ties.length && system.active[neighbour] === 1) ties[direction]![place] = weight;
  });
  return system;
}

/** What the pixels that are left add to the right-hand side; `pixelAt` is given their place in the picture. */
function knownPart(system: GridSystem, pixelAt: (place: number) => number): Float64Array {
  const right = new Float64Array(system.active.length);
  eachNeighbour(system, (place, neighbour, weight) => {
    if (system.active[neighbour] === 1) return;
    const row = Math.floor(neighbour / system.stride) - 1;
    right[place]! += weight * pixelAt(row * system.width + (neighbour % system.stride) - 1);
  });
  return right;
}

/** Each pair of a place of the system and a neighbour inside the picture. */
function eachNeighbour(
  { places, stride, height, width }: GridSystem,
  visit: (place: number, neighbour: number, weight: number, direction: number) => void,
): void {
  places.forEach((place) => {
    const row = Math.floor(place / stride) - 1;
    const column = (place % stride) - 1;
    neighbours.forEach(([down, right, weight], direction) => {
      const isInside = row + down >= 0 && row + down < height && column + right >= 0 && column + right < width;
      if (isInside) visit(place, place + down * stride + right, weight, direction);
    });
  });
}
