import Table from 'cli-table3';
import { append, largestOf } from '@understory/core';

type Paint = (text: string) => string;

/** How words are set off in a terminal; each gives the text itself where there are no colours. */
export type Style = Readonly<Record<'bold' | 'dim' | 'cyan' | 'green' | 'yellow', Paint>>;

/** Columns of text without borders; columns named in `right` are aligned to the right. */
export function columns(
  rows: readonly (readonly string[])[],
  { indent = 0, right = [], head }: { indent?: number; right?: readonly number[]; head?: readonly string[] } = {},
): string {
  const all = head === undefined ? rows : [head, ...rows];
  if (all.length === 0) return '';
  const width = largestOf(all.map((row) => row.length));
  const none = Object.fromEntries(borders.map((border) => [border, '']));
  const table = new Table({
    chars: { ...none, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: Array.from({ length: width }, (_, column) => (right.includes(column) ? 'right' : 'left')),
  });
  append(
    table,
    all.map((row) => Array.from({ length: width }, (_, column) => row[column] ?? '')),
  );
  return table
    .toString()
    .split('\n')
    .map((line) => `${' '.repeat(indent)}${line}`.trimEnd())
    .join('\n')
    .concat('\n');
}

const borders = [
  ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
  ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
];

/** `61.3 %`, and `< 0.1 %` rather than nothing at all. */
export function percent(probability: number): string {
  if (probability > 0 && probability < 0.0005) return '< 0.1 %';
  return `${(100 * probability).toFixed(1)} %`;
}
