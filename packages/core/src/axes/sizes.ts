import type { Dimension } from '../tensor/tensor-spec.ts';

/** A number of elements: a factor times sizes that are only known when the model runs, sorted by name. */
export interface Size {
  readonly factor: number;
  readonly symbols: readonly string[];
}

export const one: Size = { factor: 1, symbols: [] };

/** A dimension as a product; undefined where it has no name. */
export function sizeOf(dim: Dimension): Size | undefined {
  if (typeof dim === 'number') return { factor: dim, symbols: [] };
  if (/^(\?\d*)?$/.test(dim)) return undefined;
  const parts = factorsOf(dim);
  const symbols = parts.filter((part) => !/^\d+$/.test(part)).sort();
  const factor = parts.filter((part) => /^\d+$/.test(part)).reduce((product, part) => product * Number(part), 1);
  return { factor, symbols };
}

/** What stands between the signs of multiplication that no parenthesis encloses; a sum or a quotient is one factor. */
function factorsOf(text: string): readonly string[] {
  const parts = [''];
  let depth = 0;
  for (const sign of text) {
    if (sign === '(') depth += 1;
    if (sign === ')') depth -= 1;
    if (depth === 0 && /[-+/]/.test(sign)) return [text];
    if (sign === '*' && depth === 0) parts.push('');
    else parts[parts.length - 1] += sign;
  }
  if (parts.length === 1) return parts;
  return parts.map((part) => part.trim().replace(/^\((.*)\)$/, '$1'));
}

export function isOne({ factor, symbols }: Size): boolean {
  return factor === 1 && symbols.length === 0;
}

export function isSame(left: Size | undefined, right: Size | undefined): boolean {
  return left?.factor === right?.factor && left?.symbols.join() === right?.symbols.join();
}

/** `whole / part` where it comes out even. */
export function quotient(whole: Size, part: Size): Size | undefined {
  if (part.factor === 0 || whole.factor % part.factor !== 0) return undefined;
  const symbols = [...whole.symbols];
  for (const symbol of part.symbols) {
    const at = symbols.indexOf(symbol);
    if (at === -1) return undefined;
    symbols.splice(at, 1);
  }
  return { factor: whole.factor / part.factor, symbols };
}

export function product(left: Size, right: Size): Size {
  return { factor: left.factor * right.factor, symbols: [...left.symbols, ...right.symbols].sort() };
}

/** A size that is known ahead. */
export function numberOf(size: Size | undefined): number | undefined {
  return size?.symbols.length === 0 ? size.factor : undefined;
}
