import type { Box, Reading } from '@understory/core';
import { errors, float32 } from '@understory/core';
import type { PixelPlaces } from './pixel-places.ts';

/** The size of the picture that a model is fed, in pixels. */
export interface Picture {
  readonly height: number;
  readonly width: number;
}

/** A pixel as a user names it. */
export interface NamedPixel {
  /** Of the map. */
  readonly row: number;
  readonly column: number;
  /** As the user names it; absent for the one that the pixel has. */
  readonly label?: string;
  /** `pixel:120,80`. */
  readonly words: string;
  /** Of the map's pixel, in pixels of the picture. */
  readonly box: Box;
}

/** The pixel that `pixel:120,80` or `pixel:120,80:cat` names, x before y; undefined for other texts. Throws TARGET_INVALID outside the picture. */
export function pixelOf(
  text: string,
  { map, picture }: { readonly map: Picture; readonly picture: Picture },
): NamedPixel | undefined {
  const [, across, down, label] = /^pixel:(\d+),\s*(\d+)(?::(.+))?$/iu.exec(text) ?? [];
  if (across === undefined || down === undefined) return undefined;
  const [x, y] = [Number(across), Number(down)];
  if (x >= picture.width || y >= picture.height) {
    throw errors.targetInvalid({
      found: `"${text}" in a picture of ${picture.width} x ${picture.height} pixels`,
      expected: `pixel:0,0 to pixel:${picture.width - 1},${picture.height - 1}`,
      next: 'Count columns and rows of the picture that the model is fed from 0, columns first.',
    });
  }
  const [width, height] = [picture.width / map.width, picture.height / map.height];
  const [row, column] = [Math.floor(y / height), Math.floor(x / width)];
  return {
    ...{ row, column, words: `pixel:${x},${y}`, box: { x: column * width, y: row * height, width, height } },
    ...(label !== undefined && { label: label.trim() }),
  };
}

/** Pixels of one class; each is its row times the width, plus its column. */
export interface Region {
  readonly of: number;
  readonly pixels: readonly number[];
}

/** The mean of the scores of a class over pixels. */
export function readingOfRegion({ of, pixels }: Region, output: string, places: PixelPlaces): Reading {
  const { dims, width, isMask } = places;
  const weights = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
  const weight = (isMask && of === 0 ? -1 : 1) / pixels.length;
  for (const at of pixels) weights[places.offset(of, Math.floor(at / width), at % width)] = weight;
  return { kind: 'weights', output, weights: float32(weights, dims) };
}

/** The score of a class in one pixel. */
export function readingOfPixel(of: number, { row, column }: NamedPixel, output: string, places: PixelPlaces): Reading {
  const element: Reading = { kind: 'element', output, index: places.index(of, row, column) };
  return places.isMask && of === 0 ? { kind: 'sum', terms: [{ weight: -1, of: element }] } : element;
}

/** The class and the pixels that a reading is of; undefined of readings of another tensor, or of another size. */
export function regionOf(reading: Reading, output: string, places: PixelPlaces): Region | undefined {
  switch (reading.kind) {
    case 'similarity':
      return undefined;
    case 'sum': {
      const [first, ...others] = reading.terms;
      const region = first === undefined || others.length > 0 ? undefined : regionOf(first.of, output, places);
      if (region === undefined || first!.weight > 0 || !places.isMask) return region;
      return { of: 1 - region.of, pixels: region.pixels };
    }
    case 'element': {
      if (reading.output !== output || reading.index.length !== places.dims.length) return undefined;
      const { of, row, column } = places.positionOf(reading.index);
      return { of, pixels: [row * places.width + column] };
    }
    case 'weights': {
      const { weights } = reading;
      if (reading.output !== output || String(weights.dims) !== String(places.dims)) return undefined;
      const region = weighted(weights.data, places);
      if (region === undefined || !places.isMask) return region;
      return { of: weights.data.some((weight) => weight < 0) ? 0 : 1, pixels: region.pixels };
    }
  }
}

/** The pixels of the first class of which some have weights; of one score a pixel, those of the foreground. */
function weighted(weights: Float32Array, places: PixelPlaces): Region | undefined {
  const { height, width, classes, isMask } = places;
  for (let of = isMask ? 1 : 0; of < classes; of += 1) {
    const pixels: number[] = [];
    for (let at = 0; at < height * width; at += 1) {
      if (weights[places.offset(of, Math.floor(at / width), at % width)] !== 0) pixels.push(at);
    }
    if (pixels.length > 0) return { of, pixels };
  }
  return undefined;
}
