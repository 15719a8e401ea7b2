import { dot, ruleX, ruleY, text } from '@observablehq/plot';
import { largestOf } from '@understory/core';
import { draw, type Figure } from './figure.ts';

/** A number of two networks. */
export interface Dumbbell {
  readonly name: string;
  readonly first: number;
  readonly second: number;
}

const [width, marginRight, letter] = [760, 120, 7.6];

/** Two values of each row on one axis, joined by a line; the names of both are told above. */
export function dumbbellsFigure(
  { name, title, axis }: Pick<Figure, 'name' | 'title'> & { readonly axis: string },
  rows: readonly Dumbbell[],
  [first, second]: readonly [string, string],
  print: (value: number) => string,
): Figure {
  const colours = ['var(--series-0)', 'var(--series-1)'] as const;
  const alt = `${title}: ${rows.map((row) => `${row.name} ${print(row.first)} and ${print(row.second)}`).join('; ')}.`;
  const marginLeft = Math.min(360, 24 + 6.9 * largestOf(rows.map((row) => row.name.length)));
  // At both ends of one line where they fit, else the second below the first.
  const isNarrow = letter * (first.length + second.length + 6) > width - marginLeft - marginRight;
  const lift = isNarrow ? 18 : 0;
  const svg = draw(
    {
      height: 92 + lift + 34 * rows.length,
      ...{ width, marginLeft, marginRight },
      marginTop: 40 + lift,
      marginBottom: 42,
      x: { label: axis, labelAnchor: 'center', labelArrow: 'none', grid: true, inset: 8, nice: true },
      y: { type: 'band', domain: rows.map((row) => row.name), label: null, tickSize: 0, padding: 0.2 },
      marks: [
        ruleX([0], { strokeOpacity: 0.5 }),
        text([`○ ${first}`], {
          ...{ frameAnchor: 'top-left', dy: -28 - lift, fontWeight: 'bold', fill: colours[0] },
        }),
        text([`● ${second}`], {
          ...{ frameAnchor: isNarrow ? 'top-left' : 'top-right', dy: -28, fontWeight: 'bold', fill: colours[1] },
        }),
        ...rows.flatMap((each) => [
          ruleY([each], { y: 'name', x1: 'first', x2: 'second', strokeOpacity: 0.6, strokeWidth: 2 }),
          dot([each], { y: 'name', x: 'second', r: 5, fill: colours[1] }),
          dot([each], {
            y: 'name',
            x: 'first',
            r: 5,
            stroke: colours[0],
            strokeWidth: 2.5,
            fill: 'var(--ground)',
            fillOpacity: 0,
          }),
          text([each], {
            ...{ y: 'name', frameAnchor: 'right', dx: 14, textAnchor: 'start' },
            text: () => `${print(each.first)}, ${print(each.second)}`,
          }),
        ]),
      ],
    },
    alt,
  );
  return {
    ...{ name, title, alt, svg },
    caption: `Each line joins the mean of ${first} (ring) and that of ${second} (dot) on the same images.`,
  };
}
