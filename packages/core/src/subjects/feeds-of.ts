import type { Feeds } from '../contracts/model.ts';
import type { PictureInput, SubjectSettings } from '../contracts/subject.ts';
import { fromFloat32 } from '../tensor/from-float32.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Prepared pictures in the element type that the model takes, with its side inputs. */
export function feedsOf(
  picture: PictureInput,
  { data, dims }: Tensor<'float32'>,
  sides?: SubjectSettings['sides'],
): Feeds {
  const [samples = 0, second = 0, third = 0, fourth = 0] = dims;
  const [height, width] = picture.layout === 'NCHW' ? [third, fourth] : [second, third];
  return { ...sides?.(samples, { height, width }), [picture.name]: fromFloat32(data, picture.type, dims) };
}
