/** Functions at the end of a network that keep a quantity within bounds. */
export const boundsNumbers: ReadonlySet<string> = new Set(['Tanh', 'Atan', 'Softplus', 'Exp', 'Sin', 'Cos']);

/** So many numbers, for a person. */
export function numbers(count: number | undefined): string {
  return count === undefined ? 'a row of numbers' : count === 1 ? 'one number' : `${count} numbers`;
}
