import type { VisualisationSummary } from '@understory/studies';
import { count, number, pictureName } from '@understory/studies/results';
import { columns, type Style } from './columns.ts';

/** How much a network responds to each picture that was made, beside the photographs. */
export function visualisationText({ groups, ...summary }: VisualisationSummary, style: Style): string {
  const head = ['', 'picture', 'noise', 'best photograph', ''];
  return [
    `${style.bold(`${count(summary.pictures, 'picture')}: ${aboveText(summary)}`)}\n`,
    ...groups.map(({ layer, pictures }) => {
      const rows = pictures.map((row) => [
        style.cyan(pictureName(row)),
        ...[number(row.value), number(row.start), number(row.photograph.value), row.photograph.id],
      ]);
      const table = columns(rows, { indent: 2, right: [1, 2, 3], head });
      const warned = pictures.flatMap((row) => row.warnings.map((text) => `  ${pictureName(row)}: ${text}\n`));
      return `\n${style.bold(layer ?? 'targets')}\n${table}${warned.join('')}`;
    }),
  ].join('');
}

/** `5 of 6 raise the network more than the best of 3 photographs`. */
function aboveText({
  pictures,
  abovePhotographs,
  photographs,
}: Pick<VisualisationSummary, 'pictures' | 'abovePhotographs' | 'photographs'>): string {
  const best = photographs === 1 ? 'the photograph' : `the best of ${photographs} photographs`;
  return `${abovePhotographs} of ${pictures} with a higher value than ${best}`;
}
