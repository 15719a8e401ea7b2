import type { Dim, Shape } from '../types.ts';

/** Makes sizes that are equal to nothing but themselves. */
export class Unknowns {
  private count = 0;

  dim(): Dim {
    this.count += 1;
    return `?${this.count}`;
  }

  shape(rank: number): readonly Dim[] {
    return Array.from({ length: rank }, () => this.dim());
  }
}

/** The product of sizes; the same symbols give the same name in any order. */
export function product(dims: readonly Dim[]): Dim {
  const factor = dims.reduce<number>((total, dim) => (typeof dim === 'number' ? total * dim : total), 1);
  const symbols = dims.filter((dim) => typeof dim === 'string').sort();
  if (symbols.length === 0 || factor === 0) return factor;
  const name = symbols.map((symbol) => (/^[\w.?]+$/.test(symbol) ? symbol : `(${symbol})`)).join('*');
  return factor === 1 ? (symbols.length === 1 ? symbols[0]! : name) : `${factor}*${name}`;
}

/** The size that a formula gives: its value where every part is known, otherwise a name that is equal for equal parts. */
export function formula(text: string, parts: readonly Dim[], evaluate: (...sizes: number[]) => number): Dim {
  if (parts.every((part) => typeof part === 'number')) return evaluate(...(parts as readonly number[]));
  return `${text}(${parts.join(',')})`;
}

/** ONNX's multidirectional broadcasting; undefined where a rank is unknown. */
export function broadcast(shapes: readonly Shape[], unknowns: Unknowns): Shape {
  const known: (readonly Dim[])[] = [];
  for (const shape of shapes) {
    if (!shape) return undefined;
    known.push(shape);
  }
  const rank = Math.max(0, ...known.map((shape) => shape.length));
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
