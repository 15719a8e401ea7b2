import type { Model } from '@understory/core';
import { readYoloMetadata, type Size } from '@understory/imaging';
import type { FoundModel } from '../environment.ts';

/** A model with what the metadata of its file say of labels and pictures, where nothing beside it says so. */
export function withMetadata(
  found: FoundModel,
  { inputs, metadata = {} }: Pick<Model, 'inputs' | 'metadata'>,
): FoundModel {
  const read = readYoloMetadata(metadata, fixedInput(inputs));
  if (read === undefined) return found;
  const { labels = read.labels, preprocessing = read.preprocessing, notes = [] } = found;
  return {
    ...found,
    ...(labels && { labels }),
    ...(preprocessing && { preprocessing }),
    ...(notes.length + read.notes.length > 0 && { notes: [...notes, ...read.notes] }),
  };
}

/** The size of the one picture that a model takes, where the file fixes it: channels are the axis of at most four. */
function fixedInput(inputs: Model['inputs']): Size | undefined {
  const [image, ...others] = inputs.filter(({ dims }) => dims?.length === 4);
  if (image?.dims === undefined || others.length > 0) return undefined;
  const [, second, third, fourth] = image.dims;
  const isFirst = typeof second === 'number' && second <= 4;
  const [height, width] = isFirst ? [third, fourth] : [second, third];
  return typeof height === 'number' && typeof width === 'number' ? { width, height } : undefined;
}
