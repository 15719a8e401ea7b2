import { errors } from '../errors.ts';
import { limits } from '../limits/limits.ts';
import type { Dim, Shape } from '../types.ts';
import { callOf, factorsOfName, floorOf, operand } from './size-names.ts';

/** Makes sizes that are equal to nothing but themselves. */
export class Unknowns {
  private count = 0;

  dim(): Dim {
    this.count += 1;
    return `?${this.count}`;
  }

  shape(rank: number): readonly Dim[] {
    if (rank > limits.rank)
      throw errors.tooLarge(`a tensor has ${rank} axes`, `a shape of ${rank} sizes`, `${limits.rank} axes`);
    return Array.from({ length: rank }, () => this.dim());
  }
}

/** The product of sizes; the same symbols give the same name in any order. */
export function product(dims: readonly Dim[]): Dim {
  return nameOf(factorsOf(dims));
}

/** What is left of a product of sizes when others are divided out, symbols that stand on both sides cancelled; `cut` is how what does not come out even is rounded. */
export function quotient(dims: readonly Dim[], by: readonly Dim[], cut: 'floor' | 'trunc' = 'floor'): Dim {
  const above = factorsOf(dims);
  const below = factorsOf(by);
  const symbols = [...above.symbols];
  const rest = below.symbols.filter((symbol) => {
    const at = symbols.indexOf(symbol);
    if (at >= 0) symbols.splice(at, 1);
    return at < 0;
  });
  const divides = below.number !== 0 && above.number % below.number === 0;
  if (rest.length === 0 && divides) return nameOf({ number: above.number / below.number, symbols });
  const numerator = nameOf({ number: divides ? above.number / below.number : above.number, symbols });
  const denominator = nameOf({ number: divides ? 1 : below.number, symbols: rest });
  if (cut === 'floor' && typeof denominator === 'number') return floorOf(numerator, denominator);
  return `${cut}(${operand(numerator)} / ${operand(denominator)})`;
}

interface Factors {
  readonly number: number;
  readonly symbols: readonly string[];
}

function factorsOf(dims: readonly Dim[]): Factors {
  let number = 1;
  const symbols: string[] = [];
  for (const dim of dims) {
    if (typeof dim === 'number') number *= dim;
    else {
      // Names of products are taken apart, so that a product of products has the name that its factors give.
      for (const part of factorsOfName(dim) ?? [dim]) {
        if (/^\d+$/.test(part)) number *= Number(part);
        else symbols.push(part);
      }
    }
  }
  return { number, symbols: symbols.sort() };
}

function nameOf({ number, symbols }: Factors): Dim {
  if (symbols.length === 0 || number === 0) return number;
  if (number === 1 && symbols.length === 1) return symbols[0]!;
  const name = symbols.map(operand).join('*');
  return number === 1 ? name : `${number}*${name}`;
}

/**
 * The size that a formula gives: its value where every part is known, otherwise a name that is equal for equal parts, which `write`
 * makes of them or which is the call of a function of that name.
 */
export function formula<const Parts extends readonly Dim[]>(
  write: string | ((parts: Parts) => Dim),
  parts: Parts,
  evaluate: (...sizes: { [Part in keyof Parts]: number }) => number,
): Dim {
  if (parts.every((part) => typeof part === 'number')) return evaluate(...(parts as { [Part in keyof Parts]: number }));
  return typeof write === 'string' ? callOf(write, parts) : write(parts);
}

/** ONNX's multidirectional broadcasting; undefined where a rank is unknown. */
export function broadcast(shapes: readonly Shape[], unknowns: Unknowns): Shape {
  const known: (readonly Dim[])[] = [];
  for (const shape of shapes) {
    if (!shape) return undefined;
    known.push(shape);
  }
  const rank = known.reduce((most, shape) => Math.max(most, shape.length), 0);
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = new Set(known.map((shape) => shape[axis - rank + shape.length] ?? 1));
    sizes.delete(1);
    const [first, ...rest] = sizes;
    if (first === undefined) return 1;
    if (rest.length === 0) return first;
    return [...sizes].find((size) => typeof size === 'number') ?? unknowns.dim();
  });
}

/** An axis counted from the front. */
export function normaliseAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
