import type { TensorSpec } from './tensor-spec.ts';

/** A tensor as errors name it: `logits (float32 [N, 10])`. */
export function describeSpec({ name, type, dims }: TensorSpec): string {
  return `${name} (${type} [${dims?.map((dim) => (dim === '' ? '?' : dim)).join(', ') ?? '?'}])`;
}

/** Whether a tensor holds floating-point numbers. */
export function isFloat({ type }: Pick<TensorSpec, 'type'>): boolean {
  return type === 'float32' || type === 'float16' || type === 'float64';
}
