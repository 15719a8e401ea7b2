import { flatMap, seededRandom } from '@understory/core';
import type { Measurement, Metric } from '@understory/core';
import type { Interpolation } from '@understory/imaging';
import { faithfulnessErrors } from '../errors.ts';
import { orderOfTies } from '../order.ts';
import { mapNotFinite, pixelRanking, pixelScores } from '../pixel-scores.ts';
import { frameOf, samplesOf } from '../samples.ts';

/** A map at the size of the picture, over an object. */
export interface OnObject {
  /** One number a pixel. */
  readonly map: Float32Array;
  /** 1 where the object is. */
  readonly inside: Uint8Array;
  /** How many pixels the object has, one at least. */
  readonly size: number;
  /** How many of the first `count` pixels, from the most important down, are the object's; equal ones go in an order drawn by the seed. */
  hits(count: number): number;
}

/** A metric of a map and the object that is explained; `name` is what it is called where there is no object. */
export function measureOnObject(
  name: string,
  { interpolation, ...reading }: Pick<Metric, 'better' | 'range'> & { readonly interpolation: Interpolation },
  measure: (found: OnObject) => Measurement,
): Metric {
  return {
    ...reading,
    needs: ['objects'],
    async evaluate(request) {
      request.signal?.throwIfAborted();
      const { input, pixelsOf } = samplesOf(request);
      const { objects } = request;
      if (objects === undefined) {
        const next = 'Use a data set that has boxes, explain a box or a region, or use another metric.';
        throw faithfulnessErrors.requestLacks({ metric: name, what: 'box or region of the object', next });
      }
      return request.maps.map((heat, sample): Measurement => {
        const inside = objects[sample];
        if (inside === undefined) return { value: undefined, reason: 'the image has no object' };
        const size = inside.reduce((count, each) => count + each, 0);
        if (size === 0) return { value: undefined, reason: 'no pixel of the image shows the object' };
        const map = pixelScores(heat, input, interpolation);
        if (map === undefined) return { value: undefined, reason: mapNotFinite };
        const ranking = pixelRanking(heat, input, interpolation)!;
        if (ranking.isFlat) return { value: undefined, reason: flatMap };
        const hits = (count: number) => {
          const frame = frameOf(pixelsOf(sample), input);
          const ties = orderOfTies(frame, seededRandom(request.seed).fork(frame.key));
          return ranking
            .order('descending', ties)
            .subarray(0, count)
            .reduce((sum, at) => sum + inside[at]!, 0);
        };
        return measure({ map, inside, size, hits });
      });
    },
  };
}

/** How negative values of a map count. */
export const signOption = {
  sign: {
    type: 'choice',
    default: 'positive',
    choices: ['positive', 'absolute', 'signed'],
    description: 'What counts of a map: its positive values, the size of all, or all with their signs.',
  },
} as const;

/** The part of the map that lies on the object, and why there is none where the whole is 0. */
export function massInside(
  { map, inside }: Pick<OnObject, 'map' | 'inside'>,
  sign: 'positive' | 'absolute' | 'signed',
): Measurement {
  let [within, whole] = [0, 0];
  for (const [at, value] of map.entries()) {
    const mass = sign === 'positive' ? Math.max(0, value) : sign === 'absolute' ? Math.abs(value) : value;
    whole += mass;
    if (inside[at] === 1) within += mass;
  }
  const reason = sign === 'positive' ? 'the heat map has no positive value' : 'the values of the heat map add up to 0';
  return whole === 0 ? { value: undefined, reason } : { value: within / whole };
}

/** The range of `massInside`. */
export function rangeOfMass(sign: 'positive' | 'absolute' | 'signed'): Metric['range'] {
  return sign === 'signed' ? [-Infinity, Infinity] : [0, 1];
}
