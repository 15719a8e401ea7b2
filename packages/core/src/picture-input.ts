import type { Model } from './contracts/model.ts';
import type { PictureInput } from './contracts/subject.ts';
import { errors } from './errors/index.ts';
import { imageLayoutOf } from './image-input.ts';
import { isFloat, specText, type TensorSpec } from './tensor/tensor-spec.ts';

/**
 * Where a model takes its picture: the named input, else its one float input of rank 4, else its one uint8 input of rank 4.
 * Throws NOT_AN_IMAGE_CLASSIFIER where that cannot be told.
 */
export function pictureInputOf(model: Model, name?: string): PictureInput {
  const { name: found, type, dims = [] } = findInput(model, name);
  const [, second, third, fourth] = dims;
  const layout = imageLayoutOf(model, found, dims);
  const [channels, height, width] = layout === 'NCHW' ? [second, third, fourth] : [fourth, second, third];
  return {
    ...{ name: found, type, layout },
    channels: typeof channels === 'number' ? channels : undefined,
    size: typeof height === 'number' && typeof width === 'number' ? { height, width } : undefined,
  };
}

function findInput(model: Model, name: string | undefined): TensorSpec {
  if (name !== undefined) {
    const named = model.inputs.find((input) => input.name === name);
    if (named !== undefined) return named;
  }
  const pictures = model.inputs.filter((input) => input.dims?.length === 4);
  const floats = pictures.filter(isFloat);
  const candidates = floats.length > 0 ? floats : pictures.filter(({ type }) => type === 'uint8');
  const [only] = candidates;
  if (name === undefined && only !== undefined && candidates.length === 1) return only;
  throw errors.notAnImageClassifier({
    what: name === undefined ? 'one float or uint8 input of rank 4' : `input "${name}"`,
    candidates: (candidates.length > 0 ? candidates : model.inputs).map(specText),
    option: 'input',
  });
}
