import { isDiagnosed, messageOf, toFloat32 } from '@understory/core';
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

/** What a promise comes to, undefined where it rejects with a diagnosis, of one of those codes where some are given; throws where it rejects with anything else. */
export async function resultOrDiagnosis<T>(
  what: string,
  action: () => Promise<T>,
  codes?: readonly string[],
): Promise<T | undefined> {
  try {
    return await action();
  } catch (failure) {
    const expected = codes?.join(' or ') ?? 'an error with code, found, expected and next';
    check(
      isDiagnosed(failure) && (codes?.includes(failure.code) ?? true),
      `${what}: expected a result or ${expected}, found ${isDiagnosed(failure) ? `${failure.code}: ` : ''}${messageOf(failure)}`,
    );
    return undefined;
  }
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

/** Throws where what is not to be changed is no longer what it was when it was cloned. */
export function checkUnchanged(what: string, now: unknown, before: unknown): void {
  check(isSame(now, before), `${what}: changed by the call, expected as it was`);
}

/** Whether two plain values are the same to the last bit: objects by their fields, lists and typed arrays by their elements. */
export function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (ArrayBuffer.isView(one) || ArrayBuffer.isView(other)) {
    return (
      isTyped(one) &&
      isTyped(other) &&
      one.length === other.length &&
      one.every((value, at) => Object.is(value, other[at]))
    );
  }
  const [keys, others] = [Object.keys(one), Object.keys(other)];
  return (
    Array.isArray(one) === Array.isArray(other) &&
    keys.length === others.length &&
    keys.every((key) => isSame((one as Fields)[key], (other as Fields)[key]))
  );
}

type Fields = Readonly<Record<string, unknown>>;

type Typed = ArrayBufferView & {
  readonly length: number;
  readonly [at: number]: unknown;
  every(test: (value: unknown, at: number) => boolean): boolean;
};

function isTyped(value: object): value is Typed {
  return ArrayBuffer.isView(value) && 'length' in value;
}

/** A thing made when first asked for, and once. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function describe({ type, dims }: Tensor): string {
  return `${type} [${dims.join(', ')}]`;
}
