import { configurable } from '@understory/core';
import { interpolationOption } from '../pixel-scores.ts';
import { massInside, measureOnObject, rangeOfMass, signOption } from './on-object.ts';

/**
 * The part of the map's positive values that lies on the object, with `weighted` relative to the object's part of the image.
 *
 * Higher is better: in 0..1, or from 0 with `weighted`, where 1 is what a map that does not look for the object has. Undefined for a map that is the same
 * everywhere, and where nothing of the map counts or the image has no object. Kohlbrenner et al. 2020, "Towards Best Practice in Explaining Neural
 * Network Decisions with LRP": R_in / R_tot, and times S_tot / S_in.
 */
export const attributionLocalisation = configurable(
  'The metric "attribution-localisation"',
  {
    weighted: {
      type: 'boolean',
      default: false,
      description: "Whether the value is divided by the object's fraction of the image.",
    },
    ...signOption,
    ...interpolationOption,
  },
  ({ weighted, sign, ...options }) => {
    const range = weighted && sign !== 'signed' ? ([0, Infinity] as const) : rangeOfMass(sign);
    return measureOnObject('attribution-localisation', { ...options, better: 'higher', range }, (found) => {
      const { value, ...rest } = massInside(found, sign);
      return { ...rest, value: weighted && value !== undefined ? (value * found.map.length) / found.size : value };
    });
  },
);
