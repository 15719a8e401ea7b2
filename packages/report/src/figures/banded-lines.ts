import { areaY, dot, line, ruleX, text, type Markish } from '@observablehq/plot';
import { largestOf } from '@understory/core';
import type { Colours } from './palette.ts';

/** A line with its band, named at its end. */
export interface BandedLine {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly low: number; readonly high: number }[];
  readonly label: string;
  /** Whether each point is something that was measured, with its interval, not one of a curve. */
  readonly measured?: boolean;
}

export interface BandedLinesPlace {
  /** Where the labels stand. */
  readonly end: number;
  readonly domain: readonly [low: number, high: number];
  /** Of the figure, in pixels. */
  readonly height: number;
  /** Whether points hold from each to the next, as counts do. */
  readonly steps?: boolean;
  /** Whether labels stay below the top of the frame. */
  readonly held?: boolean;
}

/** Bands, then lines, then labels, so that nothing hides a name. */
export function bandedLines(
  lines: readonly BandedLine[],
  palette: Colours,
  { end, domain: [low, high], height, steps = false, held = false }: BandedLinesPlace,
): Markish[] {
  const labels = spread(
    lines.map(({ name, label, points }) => ({ name, label, y: points.at(-1)!.y })),
    ((high - low) / height) * 18,
    held ? high : Infinity,
  );
  return [
    ...(steps ? [] : lines).map(({ name, points }) =>
      areaY(points, { x: 'x', y1: 'low', y2: 'high', fill: palette.colour(name), fillOpacity: 0.16 }),
    ),
    ...lines.map(({ name, points }) =>
      line(points, {
        ...{ x: 'x', y: 'y', stroke: palette.colour(name), strokeWidth: 2.2 },
        // Round ends would fill the gaps of dashes, through which a line shows that lies below.
        ...{ strokeDasharray: palette.dash(name), strokeLinecap: 'butt' },
        ...(steps && { curve: 'step-after' as const }),
      }),
    ),
    ...lines.flatMap(({ name, points, measured = false }) =>
      measured
        ? [
            ruleX(points, { x: 'x', y1: 'low', y2: 'high', stroke: palette.colour(name), strokeOpacity: 0.7 }),
            dot(points, { x: 'x', y: 'y', r: 3.5, fill: palette.colour(name) }),
          ]
        : [],
    ),
    ...labels.map(({ name, label, y }) =>
      text([{ y }], {
        ...{ x: () => end, y: 'y', dx: 8, textAnchor: 'start', fontWeight: 'bold', fill: palette.colour(name) },
        text: () => label,
      }),
    ),
  ];
}

/** How much room labels need beside a frame, in pixels. */
export function labelRoom(labels: readonly string[]): number {
  return 24 + Math.min(280, Math.max(40, largestOf(labels.map((label) => 7.6 * label.length))));
}

/** Moves labels apart so that they are `gap` from each other, the lowest first; where that would take them above `top`, all of them down. */
export function spread<Label extends { readonly y: number }>(
  labels: readonly Label[],
  gap: number,
  top = Infinity,
): readonly Label[] {
  const sorted = [...labels].sort((one, other) => one.y - other.y);
  const places: number[] = [];
  for (const { y } of sorted) places.push(Math.max(y, (places.at(-1) ?? -Infinity) + gap));
  let above = top + gap;
  for (let at = places.length - 1; at >= 0; at -= 1) {
    above = Math.min(places[at]!, above - gap);
    places[at] = above;
  }
  return sorted.map((label, at) => ({ ...label, y: places[at]! }));
}
