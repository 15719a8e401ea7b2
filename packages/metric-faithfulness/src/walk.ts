import type { ImageInput } from '@understory/core';
import type { Replacement } from './perturbations/perturbation.ts';

/** The two ends of a curve: all pixels as they were, or all replaced. */
export type End = 'original' | 'perturbed';

export interface Walk {
  /** The untouched sample in the layout of `input`. */
  readonly original: Float32Array;
  readonly replacement: Replacement;
  readonly input: ImageInput;
  /** Where the walk starts; on the way more and more pixels become those of the other end. */
  readonly start: End;
}

/** The picture at one end. */
export function endOf({ original, replacement, input }: Walk, end: End): Float32Array {
  if (end === 'original') return original;
  if (replacement.kind === 'picture') return replacement.pixels;
  const filled = new Float32Array(original.length);
  replacement.fill(new Uint8Array(input.height * input.width).fill(1), filled);
  return filled;
}

/**
 * The pictures in which the first `counts[i]` places of `order` are those of the other end.
 * `counts` ascends. One array is handed out again and again, changed.
 */
export function* picturesOf(walk: Walk, order: Uint32Array, counts: readonly number[]): Generator<Float32Array> {
  const { original, replacement, input, start } = walk;
  if (replacement.kind === 'picture') {
    const [from, to] = start === 'original' ? [original, replacement.pixels] : [replacement.pixels, original];
    const current = from.slice();
    let done = 0;
    for (const count of counts) {
      for (; done < count; done += 1) {
        const pixel = order[done]! * input.pixelStride;
        for (let channel = 0; channel < input.channels; channel += 1) {
          const at = pixel + channel * input.channelStride;
          current[at] = to[at]!;
        }
      }
      yield current;
    }
    return;
  }
  const current = new Float32Array(original.length);
  const replaced = new Uint8Array(input.height * input.width).fill(start === 'original' ? 0 : 1);
  let done = 0;
  for (const count of counts) {
    for (; done < count; done += 1) replaced[order[done]!] = start === 'original' ? 1 : 0;
    replacement.fill(replaced, current);
    yield current;
  }
}

/** The picture in which the pixels of `places` are those of the replacement, and no others. */
export function pictureWithout(walk: Omit<Walk, 'start'>, places: Uint32Array): Float32Array {
  const { original, replacement, input } = walk;
  const pixels = original.slice();
  if (replacement.kind === 'surroundings') {
    const replaced = new Uint8Array(input.height * input.width);
    for (const place of places) replaced[place] = 1;
    replacement.fill(replaced, pixels);
    return pixels;
  }
  for (const place of places) {
    for (let channel = 0; channel < input.channels; channel += 1) {
      const at = place * input.pixelStride + channel * input.channelStride;
      pixels[at] = replacement.pixels[at]!;
    }
  }
  return pixels;
}
