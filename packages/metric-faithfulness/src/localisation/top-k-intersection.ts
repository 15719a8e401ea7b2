import { configurable } from '@understory/core';
import { interpolationOption } from '../pixel-scores.ts';
import { measureOnObject } from './on-object.ts';

/**
 * The fraction of the `pixels` most important pixels that lie on the object, with `weighted` relative to the object's part of the image.
 *
 * Higher is better: in 0..1, or from 0 with `weighted`, where 1 is what a map that does not look for the object has. Pixels with equal scores go in an order
 * drawn by the seed. Undefined for a map that is the same everywhere, where the image has no object, and where it has no more than `pixels` pixels.
 * Theiner et al. 2022, "Interpretable Semantic Photo Geolocation"; weighted it is their concept influence.
 */
export const topKIntersection = configurable(
  'The metric "top-k-intersection"',
  {
    pixels: {
      type: 'integer',
      default: 1000,
      range: [1, 100_000_000],
      description: 'How many of the most important pixels are looked at.',
    },
    weighted: {
      type: 'boolean',
      default: false,
      description: "Whether the value is divided by the object's fraction of the image.",
    },
    ...interpolationOption,
  },
  ({ pixels, weighted, ...options }) =>
    measureOnObject(
      'top-k-intersection',
      { ...options, better: 'higher', range: [0, weighted ? Infinity : 1] },
      ({ map, size, hits }) => {
        if (pixels >= map.length) {
          return {
            value: undefined,
            reason: `the image has only ${map.length} pixels, and ${pixels} are to be looked at`,
          };
        }
        const value = hits(pixels) / pixels;
        return { value: weighted ? (value * map.length) / size : value };
      },
    ),
);
