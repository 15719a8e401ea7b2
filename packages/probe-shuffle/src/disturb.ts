import { cut, gather, sourceOf, type Size } from './rearrangement.ts';
import type { Trial } from './trial.ts';

/** The pixels `[channels, height, width]` in 0..1 of a picture as a trial has it. */
export function disturb(
  pixels: Float32Array,
  size: Size,
  { rearrangement, lines }: Pick<Trial, 'rearrangement' | 'lines'>,
): Float32Array {
  const moved = gather(pixels, sourceOf(rearrangement, size));
  if (lines > 0) drawCuts(moved, size, rearrangement, lines);
  return moved;
}

/** Draws the edges that pieces have within the picture in its mean colour, which adds no colour of its own. */
function drawCuts(pixels: Float32Array, size: Size, pieces: Trial['rearrangement'], lines: number): void {
  const { top, left, height, width } = cut(pieces, size);
  const places = size.height * size.width;
  const isRow = edges({ start: top, step: height, count: pieces.rows, end: size.height }, lines);
  const isColumn = edges({ start: left, step: width, count: pieces.columns, end: size.width }, lines);
  for (let start = 0; start < pixels.length; start += places) {
    const channel = pixels.subarray(start, start + places);
    const mean = channel.reduce((sum, value) => sum + value, 0) / places;
    for (let at = 0; at < places; at += 1) {
      if (isRow.has(Math.floor(at / size.width)) || isColumn.has(at % size.width)) channel[at] = mean;
    }
  }
}

/** The pixels along one axis that lie within half a line of an edge; the picture's own edges are none. */
function edges(
  { start, step, count, end }: { start: number; step: number; count: number; end: number },
  lines: number,
): ReadonlySet<number> {
  const within = new Set<number>();
  for (let piece = 0; piece <= count; piece += 1) {
    const edge = start + piece * step;
    if (edge === 0 || edge === end) continue;
    for (let offset = 0; offset < lines; offset += 1) within.add(edge - Math.ceil(lines / 2) + offset);
  }
  return within;
}
