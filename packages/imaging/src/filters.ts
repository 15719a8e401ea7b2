/** A resampling kernel: its weight at a distance in output pixels, zero beyond `support`. */
export interface Kernel {
  readonly support: number;
  weight(distance: number): number;
}

/**
 * The filters of PIL's `Image.resize`, of which `nearest` picks a pixel and has no kernel, and `opencvLinear`: OpenCV's
 * `INTER_LINEAR`, which unlike `bilinear` does not antialias.
 */
export type Filter = 'nearest' | 'box' | 'bilinear' | 'hamming' | 'bicubic' | 'lanczos' | 'opencvLinear';

/** The kernels as PIL defines them; bicubic is Keys' with a = -0.5. */
export const kernels: Readonly<Record<Exclude<Filter, 'nearest' | 'opencvLinear'>, Kernel>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: { support: 1, weight: (x) => (Math.abs(x) < 1 ? sinc(x) * hammingWindow(x) : 0) },
  bicubic: { support: 2, weight: (x) => keys(Math.abs(x), -0.5) },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Every filter by name. */
export const filterNames = ['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos', 'opencvLinear'] as const;

/** Keys' cubic convolution kernel at a distance of at least 0 (Keys 1981, equation 4, with a free). */
export function keys(distance: number, a: number): number {
  if (distance < 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  if (distance < 2) return (((distance - 5) * distance + 8) * distance - 4) * a;
  return 0;
}

/** The coefficients are PIL's, which are single precision. */
function hammingWindow(x: number): number {
  return Math.fround(0.54) + Math.fround(0.46) * Math.cos(Math.PI * x);
}

function sinc(x: number): number {
  if (x === 0) return 1;
  const angle = x * Math.PI;
  return Math.sin(angle) / angle;
}
