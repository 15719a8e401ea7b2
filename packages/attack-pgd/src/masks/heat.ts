import { errors, type HeatMap, type MaskRequest } from '@understory/core';
import { minMax, upsample } from '@understory/imaging';

/** Whose heat map a mask is drawn from. */
export type HeatSource = 'origin' | 'target';

const requests = { origin: 'originMaps', target: 'targetMaps' } as const;

const wanted = {
  origin: {
    what: 'heat map of the attacked image',
    next: 'Choose an explainer for the masks, or a mask that needs no heat map such as "uniform".',
  },
  target: {
    what: 'heat map of an image of the target class',
    next: 'Give an image of the target class and an explainer for the masks, or choose a mask of the attacked image such as "origin-top".',
  },
} as const;

/** What a mask drawn from such heat maps asks for. */
export function needsOf(source: HeatSource): readonly ['originMaps' | 'targetMaps'] {
  return [requests[source]];
}

/** The heat map of each sample as it was given, finite; throws MASK_NEEDS, MASK_INVALID and HEAT_MAP_NOT_FINITE. */
export function heatMapsOf(mask: string, source: HeatSource, request: MaskRequest): readonly HeatMap[] {
  const { samples } = request;
  const maps = request[requests[source]];
  if (!maps) throw errors.maskNeeds({ mask, ...wanted[source] });
  if (maps.length !== samples) {
    throw errors.maskInvalid({ found: `${maps.length} heat maps for ${samples} samples`, expected: 'one per sample' });
  }
  for (const { data } of maps) {
    const broken = data.find((value) => !Number.isFinite(value));
    if (broken !== undefined) throw errors.heatMapNotFinite({ found: `${broken}` });
  }
  return maps;
}

/**
 * The heat map of each sample at the size of its image, resized bicubically, with values from 0 to 1; zero everywhere where a
 * map is constant. Throws MASK_NEEDS, MASK_INVALID and HEAT_MAP_NOT_FINITE.
 */
export function heatOf(mask: string, source: HeatSource, request: MaskRequest): readonly Float32Array[] {
  const { height, width } = request;
  // Values from 0 on keep what is added to a whole map out of the rounding of the resized one.
  const resized = (map: HeatMap) => minMax(upsample(minMax(map), height, width, 'bicubic'));
  return heatMapsOf(mask, source, request).map((map) => resized(map).data);
}
