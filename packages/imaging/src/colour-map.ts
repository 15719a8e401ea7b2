import {
  interpolateCividis,
  interpolateInferno,
  interpolateMagma,
  interpolatePlasma,
  interpolateRdBu,
  interpolateTurbo,
  interpolateViridis,
} from 'd3-scale-chromatic';

/** 256 colours from low to high, `[256, 3]` in 8-bit RGB. */
export type ColourMap = Uint8Array;

const scales = {
  viridis: fromInterpolator(interpolateViridis),
  inferno: fromInterpolator(interpolateInferno),
  magma: fromInterpolator(interpolateMagma),
  plasma: fromInterpolator(interpolatePlasma),
  cividis: fromInterpolator(interpolateCividis),
  turbo: fromInterpolator(interpolateTurbo),
  rdbu: fromInterpolator((value) => interpolateRdBu(1 - value)),
  jet: (value: number) => [ramp(value, 0.75), ramp(value, 0.5), ramp(value, 0.25)],
} satisfies Record<string, Scale>;

export type ColourMapName = keyof typeof scales;

/** Every name that `colourMap` knows, the perceptually uniform ones first. */
export const colourMapNames = Object.keys(scales) as readonly ColourMapName[];

/** Uniform in lightness, readable without colour vision; JET, which the paper's figures use, is neither. */
export const defaultColourMap: ColourMapName = 'inferno';

/** Whether a colour map runs from one colour through white to another, for values on both sides of zero: `rdbu`, from blue to red. */
export function isDiverging(name: ColourMapName): boolean {
  return name === 'rdbu';
}

/** The colours of a name; `jet` is MATLAB's and OpenCV's, to one level, not Matplotlib's. */
export function colourMap(name: ColourMapName): ColourMap {
  const scale: Scale = scales[name];
  return Uint8Array.from({ length: 256 * 3 }, (_, at) => Math.round(scale(Math.trunc(at / 3) / 255)[at % 3]!));
}

/** From a value in 0..1 to three levels in 0..255. */
type Scale = (value: number) => readonly number[];

/** One channel of JET: a trapezium that rises and falls over a quarter each and is full for a quarter around `centre`. */
function ramp(value: number, centre: number): number {
  return 255 * Math.min(1, Math.max(0, 1.5 - 4 * Math.abs(value - centre)));
}

/** The interpolators answer in CSS, as `#rrggbb` or `rgb(r, g, b)`. */
function fromInterpolator(interpolator: (value: number) => string): Scale {
  return (value) => {
    const colour = interpolator(value);
    return colour.startsWith('#')
      ? [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16))
      : (colour.match(/\d+/g) ?? []).map(Number);
  };
}
