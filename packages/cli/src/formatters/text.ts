import type { Dimension } from '@understory/core';
import type { Style } from '../style.ts';
import { errorRecord } from './json.ts';

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

/** `float32 [N, 3, 224, 224]`; a size without a name is `?`. */
export function shape(dims: readonly Dimension[] | undefined): string {
  return dims === undefined ? '[?]' : `[${dims.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`;
}
