import type { Material } from './claim-spec.ts';

/** What stands for a role, a path by its last part, which is the same on every machine. */
export function shortMaterial({ used }: Pick<Material, 'used'>): string {
  const isPath = /[\\/]/.test(used) && !/^[a-z][a-z0-9_-]+:/i.test(used);
  return isPath ? (used.split(/[\\/]/).findLast((part) => part !== '') ?? used) : used;
}
