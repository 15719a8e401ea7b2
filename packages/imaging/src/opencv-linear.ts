import { halfEven } from './half-even.ts';
import { rgbImage, type RgbImage, type Size, type Window } from './rgb-image.ts';

/** Fraction bits of a weight. */
const precision = 11;

/** The two pixels that an output pixel lies between, and their weights in fixed point. */
interface Taps {
  readonly near: Int32Array;
  readonly far: Int32Array;
  readonly nearWeight: Int32Array;
  readonly farWeight: Int32Array;
}

/**
 * A window of what OpenCV's `resize` with `INTER_LINEAR` gives of 8-bit samples: between the two nearest pixels, without
 * antialiasing, with its fixed-point arithmetic. Last columns may differ by one level, because what OpenCV does there depends on the machine.
 */
export function openCvLinear({ width, height, data }: RgbImage, size: Size, window: Window): RgbImage {
  const columns = tapsOf(width, size.width, window.left, window.width);
  const rows = tapsOf(height, size.height, window.top, window.height);
  const output = new Uint8Array(3 * window.width * window.height);
  for (let y = 0; y < window.height; y++) {
    const [above, below] = [3 * width * rows.near[y]!, 3 * width * rows.far[y]!];
    const [top, bottom] = [rows.nearWeight[y]!, rows.farWeight[y]!];
    for (let x = 0; x < window.width; x++) {
      const [left, right] = [3 * columns.near[x]!, 3 * columns.far[x]!];
      const [start, end] = [columns.nearWeight[x]!, columns.farWeight[x]!];
      for (let channel = 0; channel < 3; channel++) {
        const upper = data[above + left + channel]! * start + data[above + right + channel]! * end;
        const lower = data[below + left + channel]! * start + data[below + right + channel]! * end;
        const sum = ((top * (upper >> 4)) >> 16) + ((bottom * (lower >> 4)) >> 16);
        output[3 * (y * window.width + x) + channel] = (sum + 2) >> 2;
      }
    }
  }
  return rgbImage(output, window.width, window.height);
}

function tapsOf(from: number, to: number, first: number, length: number): Taps {
  const taps = {
    near: new Int32Array(length),
    far: new Int32Array(length),
    nearWeight: new Int32Array(length),
    farWeight: new Int32Array(length),
  };
  const scale = from / to;
  for (let at = 0; at < length; at++) {
    const position = Math.fround((first + at + 0.5) * scale - 0.5);
    const floor = Math.floor(position);
    const inside = floor >= 0 && floor < from - 1;
    const near = Math.min(Math.max(floor, 0), from - 1);
    const fraction = inside ? Math.fround(position - floor) : 0;
    taps.near[at] = near;
    taps.far[at] = inside ? near + 1 : near;
    taps.nearWeight[at] = halfEven(Math.fround(1 - fraction) * 2 ** precision);
    taps.farWeight[at] = halfEven(fraction * 2 ** precision);
  }
  return taps;
}
