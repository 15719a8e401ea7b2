import type { RunAttack, SweepCurve } from '@understory/studies';
import { percent } from '@understory/studies/results';
import { epsilonText, fractionText } from '../attack-report/naming.ts';
import type { Figure } from './figure.ts';
import { Palette } from './palette.ts';
import { panels, type PanelLine } from './panels.ts';

/** Success against what was swept: a panel for each mask and a line for what the other setting is held at, or all masks in one panel where each has one line. */
export function sweepFigure(
  name: string,
  along: SweepCurve['along'],
  all: readonly SweepCurve[],
  norm: RunAttack['budget']['norm'],
): Figure | undefined {
  const curves = all.filter((curve) => curve.along === along);
  if (curves.length === 0) return undefined;
  const other = along === 'fraction' ? 'epsilon' : 'fraction';
  const masks = [...new Set(curves.map(({ mask }) => mask))];
  const levels = [...new Set(curves.map(({ at }) => at))].sort((a, b) => (a ?? 0) - (b ?? 0));
  const levelText = (at: number | null) => {
    if (at === null) return `no ${other}`;
    return other === 'epsilon' ? epsilonText(at, norm) : `${fractionText(at)} of the pixels`;
  };
  const together = masks.length === curves.length;
  const keys = together ? masks : levels.map(levelText);
  const palette = new Palette(keys, (key) => key === 'random');
  const keyOf = ({ mask, at }: SweepCurve) => (together ? mask : levelText(at));
  const lineOf = (curve: SweepCurve): PanelLine => ({
    ...{ name: keyOf(curve), kind: 'measured' },
    points: curve.points.flatMap(({ x, share, interval }) =>
      share === null ? [] : [{ x: xOf(x), y: share, low: interval?.[0] ?? share, high: interval?.[1] ?? share }],
    ),
  });
  const xOf = (x: number) => (along === 'fraction' ? 100 * x : norm === 'linf' ? 255 * x : x);
  const title = along === 'fraction' ? 'Success against the fraction of pixels' : 'Success against epsilon';
  const alt = `${title}: ${curves
    .map((curve) => {
      const points = curve.points.map(({ x, share }) => `${percent(share)} at ${Number(xOf(x).toPrecision(4))}`);
      return `${curve.mask}${together ? '' : `, ${levelText(curve.at)}`}: ${points.join(', ')}`;
    })
    .join('; ')}.`;
  const svg = panels(
    together
      ? [{ title: levels.length === 1 ? levelText(levels[0]!) : 'every mask', lines: curves.map(lineOf) }]
      : masks.map((mask) => ({ title: mask, lines: curves.filter((curve) => curve.mask === mask).map(lineOf) })),
    {
      x: {
        label:
          along === 'fraction'
            ? 'pixels that the mask lets through (%)'
            : `epsilon${norm === 'linf' ? ' (of 255)' : ''}`,
        nice: true,
      },
      y: { label: 'success', domain: [0, 1] },
      names: keys.map((key) => ({ name: key, label: key, colour: palette.colour(key), dash: palette.dash(key) })),
      alt,
    },
  );
  return {
    ...{ name, title, alt, svg },
    caption: `Each point is a fraction of images with its 95 % Wilson interval${together ? '' : '; a panel for each mask, the same scales in all'}.`,
  };
}
