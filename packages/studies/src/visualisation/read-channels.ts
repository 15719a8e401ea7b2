import { studyErrors } from '../errors.ts';

/** `3`, `0..15`, and several of these with commas between them. */
export const channelsPattern = /^\s*\d+(?:\s*\.\.\s*\d+)?(?:\s*,\s*\d+(?:\s*\.\.\s*\d+)?)*\s*$/;

/**
 * The channels that a text names among those of a layer, each once, in the order of the text; a range may reach past the last of them.
 * Throws CHANNEL_OUT_OF_RANGE.
 */
export function readChannels(text: string, layer: string, count: number): readonly number[] {
  const ranges = text.split(',').map((part) => {
    const [first, last = first] = part.split('..').map(Number) as [number, number?];
    const isWrong = first >= count || last < first;
    if (isWrong) throw studyErrors.channelOutOfRange({ found: part.trim(), layer, count });
    const length = Math.min(last, count - 1) - first + 1;
    return Array.from({ length }, (_, at) => first + at);
  });
  return [...new Set(ranges.flat())];
}
