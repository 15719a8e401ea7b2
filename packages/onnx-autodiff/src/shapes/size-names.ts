import type { Dim } from '../types.ts';

/**
 * Sizes that are only known when a model runs, written as a person would: `floor((h - 1) / 2) + 1`. The texts serve as names too: the
 * same text is the same number, and a `*` that no parenthesis encloses is always that of a product.
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

/** `a + b + 3`: terms in the order of their texts, numbers last. */
export function sumName(terms: readonly Dim[]): Dim {
  const number = terms.reduce<number>((total, term) => (typeof term === 'number' ? total + term : total), 0);
  const [first, ...others] = terms.filter((term) => typeof term === 'string').sort();
  if (first === undefined) return number;
  if (others.length === 0 && number === 0) return first;
  // The number of a sum is taken into the sum around it.
  const inner = others.length === 0 ? /^(.*) ([+-]) (\d+)$/.exec(first) : null;
  if (inner && isAtom(inner[1]!)) return sumName([bare(inner[1]!), number + Number(`${inner[2]}${inner[3]}`)]);
  const sum = [first, ...others].map(operand).join(' + ');
  if (number === 0) return sum;
  return number > 0 ? `${sum} + ${number}` : `${sum} - ${-number}`;
}

/** `h / 2`, without what divides by one. */
const divided = (dim: Dim, by: number) => `${operand(dim)} / ${by}`;

export function floorOf(dim: Dim, by: number): Dim {
  return by === 1 ? dim : `floor(${divided(dim, by)})`;
}

export function ceilOf(dim: Dim, by: number): Dim {
  return by === 1 ? dim : `ceil(${divided(dim, by)})`;
}

/** `max(a, b)`: the call of a function. */
export function callOf(name: string, parts: readonly Dim[]): string {
  return `${name}(${parts.join(', ')})`;
}
