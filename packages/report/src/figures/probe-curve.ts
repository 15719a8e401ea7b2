import { ruleY } from '@observablehq/plot';
import type { ProbeCurve } from '@understory/core';
import { number } from '../numbers.ts';
import { bandedLines, labelRoom, type BandedLine } from './banded-lines.ts';
import { draw, type Figure } from './figure.ts';
import { Palette } from './palette.ts';

const height = 380;

/** Beside every name that a series may have. */
const chanceName = '\0chance';

/** Estimates along what was varied, with their intervals and the line of chance; undefined where nothing was measured. */
export function probeCurveFigure(
  name: string,
  { title, xTitle, yTitle, series, chance }: ProbeCurve,
): Figure | undefined {
  const measured: readonly BandedLine[] = series
    .filter(({ points }) => points.length > 0)
    .map((each) => ({
      ...{ name: each.name, label: each.name, measured: true },
      points: each.points
        .map(({ x, y, interval }) => ({ x, y, low: interval?.[0] ?? y, high: interval?.[1] ?? y }))
        .sort((one, other) => one.x - other.x),
    }));
  if (measured.length === 0) return undefined;
  const places = [...new Set(measured.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const [first, last] = [places[0]!, places.at(-1)!];
  const margin = 0.05 * (last - first) || 0.5;
  const [start, end] = [first - margin, last + margin];
  const lines: readonly BandedLine[] =
    chance === undefined
      ? measured
      : [
          ...measured,
          {
            ...{ name: chanceName, label: `chance ${number(chance)}` },
            points: [start, end].map((x) => ({ x, y: chance, low: chance, high: chance })),
          },
        ];
  const known = lines.flatMap(({ points }) => points.flatMap(({ low, high }) => [low, high]));
  const low = Math.min(0, ...known);
  const high = Math.max(low === 0 && Math.max(...known) <= 1 && Math.max(...known) > 0.4 ? 1 : -Infinity, ...known);
  const alt = `${title}, ${yTitle} against ${xTitle}: ${measured
    .map((line) => `${line.name} ${line.points.map(({ x, y }) => `${number(y, 2)} at ${x}`).join(', ')}`)
    .join('; ')}${chance === undefined ? '' : `; chance is ${number(chance)}`}.`;
  const svg = draw(
    {
      height,
      marginLeft: 56,
      marginRight: labelRoom(lines.map(({ label }) => label)),
      marginBottom: 42,
      marginTop: 30,
      x: {
        ...{ label: xTitle, labelAnchor: 'center', labelArrow: 'none', domain: [start, end] },
        ...(places.length <= 12 && { ticks: places, tickFormat: String }),
      },
      y: { label: yTitle, grid: true, labelArrow: 'none', domain: [low, high] },
      marks: [
        ruleY([0], { strokeOpacity: 0.5 }),
        ...bandedLines(
          lines,
          new Palette(
            measured.map((each) => each.name),
            (each) => each === chanceName,
          ),
          {
            ...{ end, domain: [low, high], height, held: true },
          },
        ),
      ],
    },
    alt,
  );
  return {
    ...{ name, title, alt, svg },
    caption: `Each point is an estimate with its 95 % interval over images.${chance === undefined ? '' : ' The grey line is chance: what a network that knows nothing would show.'}`,
  };
}
