import { dot, ruleX, ruleY, text } from '@observablehq/plot';
import { largestOf, smallestOf } from '@understory/core';
import type { BandedLine } from './banded-lines.ts';
import { number } from '@understory/studies/results';
import { draw } from './figure.ts';
import type { Colours } from './palette.ts';

/** A curve of one place: a row for each series, with its interval and chance. */
export function estimateRows(
  lines: readonly BandedLine[],
  palette: Colours,
  {
    label,
    chance,
    chanceName = 'chance',
    alt,
  }: {
    readonly label: string;
    readonly chance: number | undefined;
    readonly chanceName?: string | undefined;
    readonly alt: string;
  },
): string {
  const rows = lines.flatMap(({ name, points }) => points.map((point) => ({ name, ...point })));
  const known = [0, ...rows.flatMap(({ low, high }) => [low, high]), ...(chance === undefined ? [] : [chance])];
  const [least, most] = [smallestOf(known), largestOf(known)];
  const isShare = least === 0 && most <= 1 && most > 0.4;
  return draw(
    {
      height: 84 + 38 * rows.length,
      marginLeft: Math.min(340, 24 + 7.4 * largestOf(rows.map(({ name }) => name.length))),
      marginRight: 96,
      marginTop: 36,
      marginBottom: 42,
      x: {
        ...{ label, labelAnchor: 'center', labelArrow: 'none', grid: true, inset: 8 },
        ...(isShare ? { domain: [0, 1] } : { domain: [least, most], nice: true }),
      },
      y: { type: 'band', domain: rows.map(({ name }) => name), label: null, tickSize: 0, padding: 0.2 },
      marks: [
        ruleX([0], { strokeOpacity: 0.5 }),
        ...(chance === undefined
          ? []
          : [
              ruleX([chance], { stroke: 'var(--series-baseline)', strokeWidth: 2, strokeDasharray: '5,4' }),
              text([chance], {
                ...{ x: (value: number) => value, frameAnchor: 'top', dy: -16 },
                ...{ fontWeight: 'bold', fill: 'var(--series-baseline)' },
                text: (value: number) => `${chanceName} ${number(value)}`,
              }),
            ]),
        ...rows.flatMap((each) => [
          ruleY([each], { y: 'name', x1: 'low', x2: 'high', stroke: palette.colour(each.name), strokeWidth: 3 }),
          dot([each], { y: 'name', x: 'y', r: 5, fill: palette.colour(each.name) }),
          text([each], {
            ...{ y: 'name', frameAnchor: 'right', dx: 14, textAnchor: 'start', fontWeight: 'bold' },
            text: () => number(each.y),
          }),
        ]),
      ],
    },
    alt,
  );
}
