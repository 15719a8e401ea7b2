import type { Model, TensorSpec } from '@understory/core';
import type { CommonSpec } from '../spec/study-spec.ts';

type Asked = Pick<CommonSpec, 'input' | 'feed' | 'to'>;

/**
 * The input that takes the explained picture, as far as a spec tells: the named one, else the only one that is fed nothing else, else the first of two
 * that differ in nothing but their names where there is a second picture. Undefined where the model alone has to tell.
 */
export function explainedInputOf(model: Pick<Model, 'inputs'>, { input, feed = {}, to }: Asked): string | undefined {
  if (input !== undefined) return input;
  const pictures = picturesOf(model);
  const free = pictures.filter(({ name }) => !Object.hasOwn(feed, name));
  const [first, second, ...others] = free;
  if (first === undefined || others.length > 0) return undefined;
  if (second === undefined) return pictures.length > 1 ? first.name : undefined;
  return to !== undefined && isAlike(first, second) ? first.name : undefined;
}

/** The input that takes the second picture: the only other one for pictures that is fed nothing else. */
export function secondInputOf(
  model: Pick<Model, 'inputs'>,
  explained: string,
  { feed = {} }: Asked,
): string | undefined {
  const free = picturesOf(model).filter(({ name }) => name !== explained && !Object.hasOwn(feed, name));
  return free.length === 1 ? free[0]!.name : undefined;
}

/** The inputs that pictures can be fed to. */
export function picturesOf({ inputs }: Pick<Model, 'inputs'>): readonly TensorSpec[] {
  return inputs.filter(({ dims, type }) => dims?.length === 4 && type !== 'bool');
}

function isAlike(one: TensorSpec, other: TensorSpec): boolean {
  const sizesOf = ({ dims = [] }: TensorSpec) => dims.map((size) => (typeof size === 'number' ? size : 'open')).join();
  return one.type === other.type && sizesOf(one) === sizesOf(other);
}
