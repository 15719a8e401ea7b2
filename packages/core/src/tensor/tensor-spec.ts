import type { ElementType } from './tensor.ts';

/** A size known ahead, or the name of one that is only known when the model runs (the empty string where it has none). */
export type Dimension = number | string;

/** A tensor as a model declares it. */
export interface TensorSpec {
  readonly name: string;
  readonly type: ElementType;
  /** Undefined where not even the rank is known ahead. */
  readonly dims: readonly Dimension[] | undefined;
}

/** As errors name it: `logits (float32 [N, 1000])`; a size without a name is `?`. */
export function specText({ name, type, dims }: TensorSpec): string {
  return `${name} (${type} [${dims?.map((dim) => (dim === '' ? '?' : dim)).join(', ') ?? '?'}])`;
}

/** Whether a tensor holds floating-point numbers. */
export function isFloat({ type }: Pick<TensorSpec, 'type'>): boolean {
  return type === 'float32' || type === 'float16' || type === 'float64';
}
