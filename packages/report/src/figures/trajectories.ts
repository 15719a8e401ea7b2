import { largestOf } from '@understory/core';
import type { AttackRecord, RunAttack } from '@understory/studies';
import { number } from '@understory/studies/results';
import type { AttackDetail } from '../attack-report/attack-details.ts';
import { shortName } from '../attack-report/naming.ts';
import type { Figure } from './figure.ts';
import { panels } from './panels.ts';

/** Panels beyond this make a page long and show no more. */
const mostPanels = 12;

const title = 'Course of the attacks';

/** The probability of the target and of the original class, or the number that is raised, as the attacks went on: a panel each. */
export function trajectoriesFigure(
  name: string,
  attacks: readonly RunAttack[],
  detailOf: (attack: string) => AttackDetail,
  goal: AttackRecord['parameters']['goal'],
): Figure | undefined {
  const known = attacks.flatMap((attack) => {
    const { trajectories } = detailOf(attack.name);
    return trajectories === null ? [] : [{ attack, ...trajectories }];
  });
  if (known.length === 0) return undefined;
  const shown = known.slice(0, mostPanels);
  const most = Math.max(1, largestOf(shown.map(({ target }) => target.length)));
  const along = (values: readonly number[]) => values.map((y, at) => ({ x: at + 1, y }));
  const targeted = goal !== 'untargeted';
  const isNumber = goal === 'raise';
  const names = [
    ...(targeted
      ? [
          {
            name: 'target',
            label: isNumber ? 'target, mean' : 'target class, mean',
            colour: 'var(--series-1)',
            dash: '',
          },
        ]
      : []),
    ...(isNumber ? [] : [{ name: 'original', label: 'original class, mean', colour: 'var(--series-0)', dash: '8,3' }]),
  ];
  const alt = `${title}: ${shown
    .map(({ attack, target, original, n }) => {
      const from = (values: readonly number[]) => `from ${number(values[0], 2)} to ${number(values.at(-1), 2)}`;
      if (isNumber) return `through ${attack.name} the mean number of the target ${from(target)} over ${n} images`;
      const what = [...(targeted ? [`the target ${from(target)}`] : []), `the original class ${from(original)}`];
      return `through ${attack.name} the mean probability of ${what.join(', that of ')} over ${n} images`;
    })
    .join('; ')}.`;
  const svg = panels(
    shown.map(({ attack, target, original, single }) => ({
      title: shortName(attack),
      lines: [
        ...(targeted
          ? single.map((values) => ({ name: 'target', points: along(values), kind: 'faint' as const }))
          : []),
        ...(targeted ? [{ name: 'target', points: along(target) }] : []),
        ...(isNumber ? [] : [{ name: 'original', points: along(original) }]),
      ],
    })),
    {
      ...{ names, alt },
      x: { label: 'evaluation', domain: [1, Math.max(2, most)] },
      y: isNumber
        ? { label: 'number', domain: numbersOf(shown.flatMap(({ target, single }) => [target, ...single])) }
        : { label: 'probability', domain: [0, 1] },
    },
  );
  const left = known.length - shown.length;
  const caption = [
    'Means over all attacked images; after its attack has ended, an image keeps its last value.',
    ...(targeted ? ['Thin lines are the target in the first twelve images.'] : []),
    ...(left > 0 ? [`The first ${mostPanels} attacks are shown; ${left} more are in the rows.`] : []),
  ].join(' ');
  return { name, title, alt, caption, svg };
}

/** From the least to the largest of them, a little apart where they are one. */
function numbersOf(lines: readonly (readonly number[])[]): [low: number, high: number] {
  const [low, high] = [
    -largestOf(lines.map((line) => largestOf(line.map((value) => -value)))),
    largestOf(lines.map(largestOf)),
  ];
  return low < high ? [low, high] : [low - 0.5, high + 0.5];
}
