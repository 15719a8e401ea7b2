import { dot, ruleX, ruleY, text } from '@observablehq/plot';
import { largestOf } from '@understory/core';
import type { AttackSummary } from '@understory/studies';
import { percent, percentRange } from '@understory/studies/results';
import { draw, type Figure } from './figure.ts';
import type { Colours } from './palette.ts';

/** The share of images that each attack fooled the network on, with its interval, and the paper's where it has one. */
export function successFigure(name: string, { attacks }: AttackSummary, palette: Colours): Figure {
  const known = attacks.flatMap(({ attack, success: { share, interval, count, n }, paper }) =>
    share === null || interval === null
      ? []
      : [{ attack, share, interval, low: interval[0], high: interval[1], count, n, paper: paper?.success ?? null }],
  );
  const paper = known.filter((each) => each.paper !== null);
  const title = 'Success by mask';
  const alt = `${title}: ${known
    .map(({ attack, share, interval }) => `${attack} ${percent(share)} (${percentRange(interval)})`)
    .join(
      ', ',
    )}${paper.length === 0 ? '' : `; the paper's: ${paper.map((each) => `${each.attack} ${percent(each.paper)}`).join(', ')}`}.`;
  const svg = draw(
    {
      height: 64 + 34 * known.length,
      marginLeft: Math.min(340, 24 + 7.4 * Math.max(0, largestOf(known.map(({ attack }) => attack.length)))),
      marginRight: 130,
      marginBottom: 40,
      x: {
        label: 'fraction of images on which the attack succeeded',
        ...{ labelAnchor: 'center', labelArrow: 'none', grid: true, domain: [0, 1], inset: 8, ticks: 6 },
        tickFormat: (value: number) => `${Math.round(100 * value)} %`,
      },
      y: { type: 'band', domain: known.map(({ attack }) => attack), label: null, tickSize: 0, padding: 0.2 },
      marks: [
        ruleX([0], { strokeOpacity: 0.5 }),
        ...known.flatMap((each) => [
          ruleY([each], { y: 'attack', x1: 'low', x2: 'high', stroke: palette.colour(each.attack), strokeWidth: 3 }),
          dot([each], { y: 'attack', x: 'share', r: 5, fill: palette.colour(each.attack) }),
          text([each], {
            ...{ y: 'attack', frameAnchor: 'right', dx: 14, textAnchor: 'start', fontWeight: 'bold' },
            text: () => `${percent(each.share)} of ${each.n}`,
          }),
        ]),
        dot(paper, {
          ...{ y: 'attack', x: 'paper', r: 6, symbol: 'diamond', stroke: 'currentColor', strokeWidth: 1.6 },
          fill: 'none',
        }),
      ],
    },
    alt,
  );
  const theirs = paper.length === 0 ? '' : " Hollow diamonds are the paper's numbers, on the paper's own network.";
  return { name, title, alt, caption: `The success rate with its 95 % Wilson interval.${theirs}`, svg };
}
