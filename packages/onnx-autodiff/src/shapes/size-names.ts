import type { Dim } from '../types.ts';

/**
 * Sizes that are only known when a model runs, written as a person would: `floor((h - 1) / 2) + 1`. The texts serve as names too: the
 * same text is the same number.
 */

/** Whether a text needs no parentheses where it is an operand: a word, or the call of a function. */
function isAtom(text: string): boolean {
  if (/^[\w.?]+$/.test(text)) return true;
  if (!/^\w*\(/.test(text) || !text.endsWith(')')) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0 && text[at] === ')') return at === text.length - 1;
  }
  return false;
}

/** An atom without the parentheses around it. */
const bare = (atom: string) => (atom.startsWith('(') ? atom.slice(1, -1) : atom);

/** A size as an operand. */
export function operand(dim: Dim): string {
  const text = String(dim);
  return isAtom(text) ? text : `(${text})`;
}

/** The factors of a product of words and of what stands in parentheses; undefined for any other text. */
export function factorsOfName(text: string): readonly string[] | undefined {
  const factors: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    else if (text[at] === ')') depth -= 1;
    else if (at === text.length || (depth === 0 && text[at] === '*')) {
      const factor = text.slice(start, at);
      if (!isAtom(factor)) return undefined;
      factors.push(bare(factor));
      start = at + 1;
    }
  }
  return factors.length > 1 ? factors : undefined;
}

/** A size as a term of a sum. */
export function term(dim: Dim): string {
  return factorsOfName(String(dim)) ? String(dim) : operand(dim);
}

/** A sum of one term and a number, taken apart; the number is 0 for any other text. */
function withoutNumber(dim: Dim): readonly [rest: Dim, number: number] {
  const [, rest, sign, number] = /^(.*) ([+-]) (\d+)$/.exec(String(dim)) ?? [];
  if (rest === undefined || (!isAtom(rest) && !factorsOfName(rest))) return [dim, 0];
  return [isAtom(rest) ? bare(rest) : rest, Number(`${sign}${number}`)];
}

/** `a + b + 3`: terms in the order of their texts, numbers last. */
export function sumName(terms: readonly Dim[]): Dim {
  const number = terms.reduce<number>((total, one) => (typeof one === 'number' ? total + one : total), 0);
  const [first, ...others] = terms.filter((one) => typeof one === 'string').sort();
  if (first === undefined) return number;
  if (others.length === 0 && number === 0) return first;
  // The number of a sum is taken into the sum around it.
  const [rest, inner] = others.length === 0 ? withoutNumber(first) : [first, 0];
  if (inner !== 0) return sumName([rest, number + inner]);
  const sum = [first, ...others].map(term).join(' + ');
  if (number === 0) return sum;
  return number > 0 ? `${sum} + ${number}` : `${sum} - ${-number}`;
}

function rounded(name: 'floor' | 'ceil', dim: Dim, by: number): Dim {
  if (by === 1) return dim;
  // What a division does not change stays outside; dividing twice is dividing by the product.
  const [rest, number] = withoutNumber(dim);
  if (number !== 0 && number % by === 0) return sumName([rounded(name, rest, by), number / by]);
  const [, inner, divisor] = new RegExp(`^${name}\\((.*) / (\\d+)\\)$`).exec(String(dim)) ?? [];
  if (inner !== undefined && isAtom(inner)) return `${name}(${inner} / ${by * Number(divisor)})`;
  return `${name}(${operand(dim)} / ${by})`;
}

/** `floor(h / 2)`. */
export function floorOf(dim: Dim, by: number): Dim {
  return rounded('floor', dim, by);
}

/** `ceil(h / 2)`. */
export function ceilOf(dim: Dim, by: number): Dim {
  return rounded('ceil', dim, by);
}

/** `max(a, b)`: the call of a function. */
export function callOf(name: string, parts: readonly Dim[]): string {
  return `${name}(${parts.join(', ')})`;
}
