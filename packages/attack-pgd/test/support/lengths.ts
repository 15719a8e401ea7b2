import type { AttackBudget } from '@understory/core';

export function lengthIn(norm: AttackBudget['norm'], values: ArrayLike<number>): number {
  const sizes = Array.from(values, Math.abs);
  if (norm === 'linf') return Math.max(0, ...sizes);
  if (norm === 'l1') return sizes.reduce((sum, value) => sum + value, 0);
  return Math.sqrt(sizes.reduce((sum, value) => sum + value * value, 0));
}
