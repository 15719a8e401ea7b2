import type { Node } from '@understory/onnx-autodiff';

export interface ResizeAxis {
  readonly from: number;
  readonly to: number;
  readonly scale: number;
}

/** What each of `to` results takes of each of `from` places, `[to, from]`; the reason where that is not computed here. */
export function resizeWeights({ from, to, scale }: ResizeAxis, node: Node): Float32Array | string {
  const mode = node.string('mode', 'nearest');
  const transformation = node.string('coordinate_transformation_mode', 'half_pixel');
  const place = placeOf(transformation, { from, to, scale });
  if (place === undefined) return `coordinate_transformation_mode "${transformation}"`;
  const weights = new Float32Array(to * from);
  const add = (row: number, column: number, weight: number) => {
    weights[row * from + Math.min(from - 1, Math.max(0, column))]! += weight;
  };
  for (let row = 0; row < to; row += 1) {
    const at = place(row);
    const below = Math.floor(at);
    const share = at - below;
    if (mode === 'nearest') {
      const rounded = rounding[node.string('nearest_mode', 'round_prefer_floor')]?.(at);
      if (rounded === undefined) return 'an unknown nearest_mode';
      add(row, rounded, 1);
    } else if (mode === 'linear') {
      add(row, below, 1 - share);
      add(row, below + 1, share);
    } else if (mode === 'cubic') {
      const taps = cubicTaps(share, node.float('cubic_coeff_a', -0.75));
      const leavesOut = node.int('exclude_outside', 0) === 1;
      const inside = taps.map((tap, offset) => {
        const column = below - 1 + offset;
        return leavesOut && (column < 0 || column >= from) ? 0 : tap;
      });
      const sum = leavesOut ? inside.reduce((total, tap) => total + tap, 0) : 1;
      inside.forEach((tap, offset) => add(row, below - 1 + offset, tap / sum));
    } else return `mode "${mode}"`;
  }
  return weights;
}

/** In float32 at each step, as ONNX Runtime computes: `nearest` depends on whether a place is half way between two. */
function placeOf(
  transformation: string,
  { from, to, scale: exact }: ResizeAxis,
): ((row: number) => number) | undefined {
  const scale = fround(exact);
  const halfPixel = (row: number) => fround(fround((row + 0.5) / scale) - 0.5);
  switch (transformation) {
    case 'half_pixel':
      return halfPixel;
    case 'pytorch_half_pixel':
      return (row) => (to > 1 ? halfPixel(row) : 0);
    case 'align_corners':
      return (row) => (to === 1 ? 0 : fround((row * (from - 1)) / (to - 1)));
    case 'asymmetric':
      return (row) => fround(row / scale);
    case 'half_pixel_symmetric': {
      const adjustment = fround(to / fround(scale * from));
      const offset = fround((from / 2) * fround(1 - adjustment));
      return (row) => fround(offset + halfPixel(row));
    }
    default:
      return undefined;
  }
}

const { fround } = Math;

const rounding: Readonly<Record<string, (at: number) => number>> = {
  round_prefer_floor: (at) => Math.ceil(at - 0.5),
  round_prefer_ceil: (at) => Math.floor(at + 0.5),
  floor: (at) => Math.floor(at),
  ceil: (at) => Math.ceil(at),
};

/** Keys 1981, "Cubic convolution interpolation for digital image processing", equation 4, at the distances of four neighbours. */
function cubicTaps(share: number, a: number): readonly number[] {
  const near = (x: number) => ((a + 2) * x - (a + 3)) * x * x + 1;
  const far = (x: number) => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return [far(share + 1), near(share), near(1 - share), far(2 - share)];
}
