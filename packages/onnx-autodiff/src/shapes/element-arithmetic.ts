import type { Dim, ElementType } from '../types.ts';
import { product, quotient } from './dims.ts';
import { callOf, operand, sumName, term } from './size-names.ts';

/**
 * Arithmetic on the elements of shape arithmetic: numbers, or names of sizes. Sizes are whole and not negative; a name that
 * begins with `~` may be a fraction, as a size times a scale is. Each returns undefined where the result is not known ahead.
 */
export type ElementArithmetic = (values: readonly Dim[], type: ElementType) => Dim | undefined;

const fraction = '~';

const isFraction = (value: Dim) => (typeof value === 'string' ? value.startsWith(fraction) : !Number.isInteger(value));

/** A size as the file names it, or a product of such: nothing that a difference could have made negative. */
const isSize = (value: Dim) => typeof value === 'string' && /^[\w.?*]+$/.test(value);

const isInteger = (type: ElementType) => type.includes('int') || type === 'bool';

/** The nearest number that the type holds; undefined where that is not worth knowing. */
function rounded(value: number, type: ElementType): number | undefined {
  if (Number.isNaN(value)) return undefined;
  if (type === 'float32') return Math.fround(value);
  return type === 'float64' || isInteger(type) ? value : undefined;
}

/** Computes on numbers, and gives any other operands a name that is equal for equal operands: an expression, or the call of a function. */
const named =
  (
    write: string | ((parts: readonly Dim[]) => Dim),
    evaluate: (...values: number[]) => number,
    options: { symmetric?: boolean; whole?: boolean } = {},
  ) =>
  (values: readonly Dim[], type: ElementType): Dim | undefined => {
    const numbers = values.filter((value) => typeof value === 'number');
    if (numbers.length === values.length) return rounded(evaluate(...numbers), type);
    const parts = options.symmetric ? [...values].sort() : values;
    const whole = options.whole ?? (isInteger(type) || !values.some(isFraction));
    const operands = parts.map((part) => (typeof part === 'string' && isFraction(part) ? part.slice(1) : part));
    const name = typeof write === 'string' ? callOf(write, operands) : write(operands);
    return whole ? name : `${fraction}${name}`;
  };

const numeric =
  (evaluate: (...values: number[]) => number): ElementArithmetic =>
  (values, type) =>
    values.every((value) => typeof value === 'number') ? rounded(evaluate(...values), type) : undefined;

const addNamed = named(sumName, (a, b) => a + b);
const subNamed = named(
  ([a, b]) => (typeof b === 'number' ? sumName([a!, -b]) : `${term(a!)} - ${term(b!)}`),
  (a, b) => a - b,
);
const mulNamed = named(
  (parts) => parts.map(operand).join('*'),
  (a, b) => a * b,
  { symmetric: true },
);
const divNamed = named(
  (parts) => parts.map(operand).join(' / '),
  (a, b) => a / b,
  { whole: false },
);
const maxNamed = named('max', Math.max, { symmetric: true });
const minNamed = named('min', Math.min, { symmetric: true });

const hasName = (values: readonly Dim[]) => values.some((value) => typeof value === 'string');

export const add: ElementArithmetic = (values, type) => {
  const [a, b] = values as readonly [Dim, Dim];
  if (a === 0 || b === 0) return a === 0 ? b : a;
  return addNamed(values, type);
};

export const sub: ElementArithmetic = (values, type) => {
  const [a, b] = values as readonly [Dim, Dim];
  if (b === 0) return a;
  return a === b && typeof a === 'string' ? 0 : subNamed(values, type);
};

export const mul: ElementArithmetic = (values, type) =>
  hasName(values) && !values.some(isFraction) ? product(values) : mulNamed(values, type);

export const div: ElementArithmetic = (values, type) => {
  const [a, b] = values as readonly [Dim, Dim];
  if (b === 0) return undefined;
  if (b === 1) return a;
  if (!isInteger(type)) return divNamed(values, type);
  // Integers are divided towards zero, and a difference may be negative.
  const cut = /-/.test(String(a)) ? 'trunc' : 'floor';
  return hasName(values) ? quotient([a], [b], cut) : Math.trunc((a as number) / (b as number));
};

export const mod: ElementArithmetic = (values, type) =>
  values[1] === 0 ? undefined : named('mod', (a, b) => ((a % b) + b) % b)(values, type);

export const fmod: ElementArithmetic = (values, type) =>
  values[1] === 0 ? undefined : named('fmod', (a, b) => a % b)(values, type);

/** The extreme of one size and itself is that size; a size is never below 0. */
const extreme =
  (compute: ElementArithmetic, zeroLoses: boolean): ElementArithmetic =>
  (values, type) => {
    const different = [...new Set(values)];
    const left =
      zeroLoses && different.some(isSize) ? different.filter((v) => typeof v === 'string' || v > 0) : different;
    return left.length === 1 ? left[0] : compute(left, type);
  };

export const max: ElementArithmetic = extreme(maxNamed, true);
export const min: ElementArithmetic = extreme(minNamed, false);

export const neg: ElementArithmetic = named(
  ([a]) => `-${operand(a!)}`,
  (a) => -a,
);
export const abs: ElementArithmetic = (values, type) =>
  isSize(values[0]!) ? values[0] : named('abs', Math.abs)(values, type);

const wholeNumber =
  (name: string, evaluate: (value: number) => number): ElementArithmetic =>
  (values, type) =>
    isFraction(values[0]!) ? named(name, evaluate, { whole: true })(values, type) : values[0];

export const floor: ElementArithmetic = wholeNumber('floor', Math.floor);
export const ceil: ElementArithmetic = wholeNumber('ceil', Math.ceil);
const trunc: ElementArithmetic = wholeNumber('trunc', Math.trunc);

export const round: ElementArithmetic = wholeNumber('round', (value) => {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
});

export const sqrt: ElementArithmetic = named('sqrt', Math.sqrt, { whole: false });
export const reciprocal: ElementArithmetic = numeric((a) => 1 / a);
export const pow: ElementArithmetic = numeric((a, b) => a ** b);

/** A comparison of sizes that holds whatever they are, or undefined. */
const comparison =
  (compare: (a: number, b: number) => boolean, ofEqual: boolean): ElementArithmetic =>
  (values) => {
    const [a, b] = values as readonly [Dim, Dim];
    if (typeof a === 'number' && typeof b === 'number') return Number(compare(a, b));
    if (a === b) return Number(ofEqual);
    // Against a negative number any size compares as 0 does.
    if (typeof b === 'number' && b < 0 && isSize(a)) return Number(compare(0, b));
    if (typeof a === 'number' && a < 0 && isSize(b)) return Number(compare(a, 0));
    return undefined;
  };

export const equal = comparison((a, b) => a === b, true);
export const greater = comparison((a, b) => a > b, false);
export const greaterOrEqual = comparison((a, b) => a >= b, true);
export const less = comparison((a, b) => a < b, false);
export const lessOrEqual = comparison((a, b) => a <= b, true);

export const and = numeric((a, b) => Number(a !== 0 && b !== 0));
export const or = numeric((a, b) => Number(a !== 0 || b !== 0));
export const xor = numeric((a, b) => Number((a !== 0) !== (b !== 0)));
export const not = numeric((a) => Number(a === 0));
export const sign: ElementArithmetic = numeric(Math.sign);

/** The element in another type: towards zero where a fraction becomes whole. */
export function cast(value: Dim, from: ElementType, to: ElementType): Dim | undefined {
  if (to === 'bool') return typeof value === 'number' ? Number(value !== 0) : undefined;
  if (isInteger(to) && !isInteger(from)) return trunc([value], from);
  return typeof value === 'number' ? rounded(value, to) : value;
}

export const select: ElementArithmetic = ([condition, yes, no]) => {
  if (yes === no) return yes;
  return typeof condition === 'number' ? (condition !== 0 ? yes : no) : undefined;
};
