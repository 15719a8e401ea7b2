import { dot, ruleX, ruleY, text } from '@observablehq/plot';
import { largestOf } from '@understory/core';
import { draw, type Figure } from './figure.ts';

/** A number of ours with its interval, and the paper's, which is of its own network. */
export interface BesideThePaper {
  readonly name: string;
  readonly estimate: number;
  readonly interval: readonly [low: number, high: number] | null;
  readonly paper: number;
}

/** Ours as a dot with its interval, the paper's as a hollow diamond; `print` says how a number is written. */
export function besideThePaperFigure(
  { name, title, axis }: { readonly name: string; readonly title: string; readonly axis: string },
  all: readonly BesideThePaper[],
  print: (value: number) => string,
): Figure {
  const rows = all.map((each) => ({
    ...each,
    low: each.interval?.[0] ?? each.estimate,
    high: each.interval?.[1] ?? each.estimate,
  }));
  const alt = `${title}: ${rows.map((each) => `${each.name} ${print(each.estimate)} here (${print(each.low)} to ${print(each.high)}), ${print(each.paper)} in the paper`).join('; ')}.`;
  const svg = draw(
    {
      height: 70 + 38 * rows.length,
      marginLeft: Math.min(340, 24 + 7.4 * largestOf(rows.map((each) => each.name.length))),
      marginRight: 150,
      marginBottom: 40,
      x: {
        label: axis,
        labelAnchor: 'center',
        labelArrow: 'none',
        grid: true,
        nice: true,
        inset: 8,
        ticks: 6,
        tickFormat: (value: number) => print(value).replace(/\.0(?=\s)/, ''),
      },
      y: { type: 'band', domain: rows.map((each) => each.name), label: null, tickSize: 0, padding: 0.2 },
      marks: [
        ruleX([0], { strokeOpacity: 0.5 }),
        ruleY(rows, { y: 'name', x1: 'low', x2: 'high', stroke: 'var(--series-0)', strokeWidth: 3 }),
        dot(rows, { y: 'name', x: 'estimate', r: 5, fill: 'var(--series-0)' }),
        dot(rows, {
          ...{ y: 'name', x: 'paper', r: 6, symbol: 'diamond', stroke: 'currentColor', strokeWidth: 1.6 },
          fill: 'none',
        }),
        text(rows, {
          ...{ y: 'name', frameAnchor: 'right', dx: 14, textAnchor: 'start', fontWeight: 'bold' },
          text: (each: (typeof rows)[number]) => `${print(each.estimate)} (${print(each.paper)})`,
        }),
      ],
    },
    alt,
  );
  return {
    ...{ name, title, alt, svg },
    caption:
      'Dots are this run’s numbers with their 95 % intervals; hollow diamonds, and the numbers in brackets, are the paper’s, on the paper’s own network and data.',
  };
}
