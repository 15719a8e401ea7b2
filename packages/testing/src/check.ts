import { isDiagnosed, toFloat32 } from '@understory/core';
import type { Tensor } from '@understory/core';

/** Throws an Error with that message where a condition does not hold. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Throws where two lists of numbers differ by more than `tolerance` times the largest expected magnitude. */
export function checkClose(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  check(actual.length === expected.length, `${what}: expected ${expected.length} numbers, found ${actual.length}`);
  let scale = Number.MIN_VALUE;
  for (let at = 0; at < expected.length; at += 1) scale = Math.max(scale, Math.abs(expected[at]!));
  for (let at = 0; at < expected.length; at += 1) {
    const difference = Math.abs(actual[at]! - expected[at]!);
    check(
      difference <= tolerance * scale,
      `${what}: at ${at} expected ${expected[at]}, found ${actual[at]} (largest magnitude ${scale}, tolerance ${tolerance})`,
    );
  }
}

/** Throws where type or dimensions differ, or elements by more than `tolerance` times the largest expected magnitude. */
export function checkTensor(what: string, actual: Tensor | undefined, expected: Tensor, tolerance: number): void {
  check(actual !== undefined, `${what}: expected a tensor, found none`);
  check(
    actual.type === expected.type && actual.dims.join() === expected.dims.join(),
    `${what}: expected ${describe(expected)}, found ${describe(actual)}`,
  );
  checkClose(what, toFloat32(actual), toFloat32(expected), tolerance);
}

/** Throws where a promise does not reject with a diagnosis, of that code where one is given. */
export async function checkRejects(what: string, action: () => Promise<unknown>, code?: string): Promise<void> {
  const outcome = await action().then(
    () => ({ failure: undefined, failed: false }),
    (failure: unknown) => ({ failure, failed: true }),
  );
  const expected = code ?? 'an error with code, found, expected and next';
  check(outcome.failed, `${what}: expected ${expected}, nothing was thrown`);
  const { failure } = outcome;
  check(
    isDiagnosed(failure) && (code === undefined || failure.code === code),
    `${what}: expected ${expected}, found ${isDiagnosed(failure) ? `${failure.code}: ` : ''}${messageOf(failure)}`,
  );
}

/** A thing made when first asked for, and once. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function describe({ type, dims }: Tensor): string {
  return `${type} [${dims.join(', ')}]`;
}

function messageOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
