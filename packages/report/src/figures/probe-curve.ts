import { ruleY } from '@observablehq/plot';
import { largestOf, smallestOf, type ProbeCurve } from '@understory/core';
import { number } from '@understory/studies/results';
import { bandedLines, labelRoom, type BandedLine } from './banded-lines.ts';
import { estimateRows } from './estimate-rows.ts';
import { draw, type Figure } from './figure.ts';
import { Palette, type Colours } from './palette.ts';

const height = 380;

/** Beside every name that a series may have. */
const chanceSeries = '\0chance';

/** Estimates along what was varied, with their intervals and the line of chance; undefined where nothing was measured. */
export function probeCurveFigure(name: string, curve: ProbeCurve): Figure | undefined {
  const { title, xTitle, yTitle, series, chance, chanceName } = curve;
  const measured: readonly BandedLine[] = series
    .filter(({ points }) => points.length > 0)
    .map((each) => ({
      ...{ name: each.name, label: each.name, measured: true },
      points: each.points
        .map(({ x, y, interval }) => ({ x, y, low: interval?.[0] ?? y, high: interval?.[1] ?? y }))
        .sort((one, other) => one.x - other.x),
    }));
  if (measured.length === 0) return undefined;
  const alt = `${title}, ${yTitle} against ${xTitle}: ${measured
    .map((line) => `${line.name} ${line.points.map(({ x, y }) => `${number(y, 2)} at ${x}`).join(', ')}`)
    .join('; ')}${chance === undefined ? '' : `; ${chanceName ?? 'chance'} is ${number(chance)}`}.`;
  const palette = new Palette(
    measured.map((each) => each.name),
    (each) => each === chanceSeries,
  );
  const places = [...new Set(measured.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const svg =
    places.length === 1
      ? // Intervals over one place would hide each other.
        estimateRows(measured, palette, { label: `${yTitle}, ${xTitle}: ${places[0]}`, chance, chanceName, alt })
      : lineDrawing(measured, places, palette, { curve, alt });
  const ofChance =
    chance === undefined
      ? ''
      : ` The grey line is ${chanceName === undefined ? 'the chance level' : `that of ${chanceName}`}.`;
  return {
    ...{ name, title, alt, svg },
    caption: `Each point is an estimate with its 95 % interval over images.${ofChance}`,
  };
}

function lineDrawing(
  measured: readonly BandedLine[],
  places: readonly number[],
  palette: Colours,
  {
    curve: { xTitle, yTitle, chance, chanceName = 'chance' },
    alt,
  }: { readonly curve: ProbeCurve; readonly alt: string },
): string {
  const [first, last] = [places[0]!, places.at(-1)!];
  const margin = 0.05 * (last - first);
  const [start, end] = [first - margin, last + margin];
  const level: readonly BandedLine[] =
    chance === undefined
      ? []
      : [
          {
            ...{ name: chanceSeries, label: `${chanceName} ${number(chance)}` },
            points: [start, end].map((x) => ({ x, y: chance, low: chance, high: chance })),
          },
        ];
  const lines = [...measured, ...level];
  const known = lines.flatMap(({ points }) => points.flatMap(({ low, high }) => [low, high]));
  const low = Math.min(0, smallestOf(known));
  const most = Math.max(0, largestOf(known));
  const isShare = low === 0 && most <= 1 && most > 0.4;
  const high = isShare ? 1 : most;
  return draw(
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
        ...bandedLines(lines, palette, { end, domain: [low, high], height, held: true }),
      ],
    },
    alt,
  );
}
