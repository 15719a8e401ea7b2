import { ruleY } from '@observablehq/plot';
import { largestOf } from '@understory/core';
import type { RunAttack } from '@understory/studies';
import { percent } from '@understory/studies/results';
import type { AttackDetail } from '../attack-report/attack-details.ts';
import { settingsText } from '../attack-report/naming.ts';
import { bandedLines, labelRoom } from './banded-lines.ts';
import { draw, type Figure } from './figure.ts';
import { Palette, type Colours } from './palette.ts';
import { panels } from './panels.ts';

/** Lines beyond this are not told apart in one frame. */
const mostLines = 8;

const title = 'Success against evaluations';
const height = 400;

/** The share of images on which each attack had succeeded after so many model evaluations; a panel for each setting where there are many. */
export function successOverEvaluationsFigure(
  name: string,
  attacks: readonly RunAttack[],
  detailOf: (attack: string) => AttackDetail,
  palette: Colours,
): Figure | undefined {
  const curves = attacks.map((attack) => ({ attack, ...detailOf(attack.name) })).filter(({ n }) => n > 0);
  if (curves.length === 0) return undefined;
  const most = Math.max(
    1,
    largestOf(
      curves.map(({ attack, evaluations }) => Math.max(Number(attack.options['steps'] ?? 0), evaluations.at(-1) ?? 0)),
    ),
  );
  const lines = curves.map(({ attack, n, evaluations }) => ({
    attack,
    share: evaluations.length / n,
    half: evaluations[Math.ceil(n / 2) - 1],
    points: cumulative(evaluations, n, most),
  }));
  const alt = `${title}: ${lines
    .map(
      ({ attack, share, half }) =>
        `${attack.name} ends at ${percent(share)}${half === undefined ? '' : `, half of the images after ${half}`}`,
    )
    .join('; ')}.`;
  const caption =
    'The fraction of attacked images on which the attack succeeded within a number of model evaluations. The final value of a curve is the success rate of the table, which also has its interval.';
  const x = { label: 'model evaluations', domain: [0, most] };
  const y = { label: 'fraction of images', domain: [0, 1] };
  if (lines.length <= mostLines) {
    const labelled = lines.map(({ attack, share, points }) => ({
      ...{ name: attack.name, label: `${attack.name}  ${percent(share)}` },
      points: points.map((point) => ({ ...point, low: point.y, high: point.y })),
    }));
    const svg = draw(
      {
        height,
        ...{ marginLeft: 52, marginBottom: 42, marginTop: 30 },
        marginRight: labelRoom(labelled.map(({ label }) => label)),
        x: { ...x, labelAnchor: 'center', labelArrow: 'none' },
        y: { ...y, grid: true, labelArrow: 'none' },
        marks: [
          ruleY([0], { strokeOpacity: 0.5 }),
          ...bandedLines(labelled, palette, { end: most, domain: [0, 1], height, steps: true, held: true }),
        ],
      },
      alt,
    );
    return { name, title, alt, caption, svg };
  }
  const masks = [...new Set(attacks.map(({ mask }) => mask.id))];
  const colours = new Palette(masks, (mask) => mask === 'random');
  const settings = [...new Set(attacks.map(settingsText))];
  const svg = panels(
    settings.map((setting) => ({
      title: setting,
      lines: lines
        .filter(({ attack }) => settingsText(attack) === setting)
        .map(({ attack, points }) => ({ name: attack.mask.id, points, kind: 'steps' as const })),
    })),
    {
      ...{ x, y, alt },
      names: masks.map((mask) => ({ name: mask, label: mask, colour: colours.colour(mask), dash: colours.dash(mask) })),
    },
  );
  return { name, title, alt, caption: `${caption} A panel for each setting, the same scales in all.`, svg };
}

function cumulative(evaluations: readonly number[], n: number, most: number) {
  const points: { readonly x: number; readonly y: number }[] = [];
  let reached = 0;
  for (let x = 0; x <= most; x += 1) {
    while (reached < evaluations.length && evaluations[reached]! <= x) reached += 1;
    points.push({ x, y: reached / n });
  }
  return points;
}
