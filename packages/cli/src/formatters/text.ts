import Table from 'cli-table3';
import { append, largestOf, type Dimension } from '@understory/core';
import type { Style } from '../style.ts';
import { errorRecord } from './json.ts';

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

/** An error as a person reads it: what, found, expected, what to do next, and the code to search for. */
export function errorText(error: unknown, style: Style, context?: string): string {
  const { code, message, found, expected, next } = errorRecord(error);
  const label = (text: string) => style.dim(text.padEnd(9));
  return [
    `${style.red('error')} ${context === undefined ? '' : `${context}: `}${style.bold(message)}`,
    `  ${label('found')} ${found}`,
    `  ${label('expected')} ${expected}`,
    `  ${label('next')} ${next}`,
    `  ${label('code')} ${code}`,
    '',
  ].join('\n');
}

/** `61.3 %`, and `< 0.1 %` rather than nothing at all. */
export function percent(probability: number): string {
  if (probability > 0 && probability < 0.0005) return '< 0.1 %';
  return `${(100 * probability).toFixed(1)} %`;
}

/** `float32 [N, 3, 224, 224]`; a size without a name is `?`. */
export function shape(dims: readonly Dimension[] | undefined): string {
  return dims === undefined ? '[?]' : `[${dims.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`;
}

/** `1 image`, `2 images`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}
