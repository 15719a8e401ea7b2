import type { Tensor } from '@understory/core';
import { fromUnitPixels, resize } from '@understory/imaging';
import { pixelSubjectOf } from '../setup/pixel-subject-of.ts';
import { unitPixelsFor } from '../setup/unit-pixels-for.ts';
import type { Setup } from '../setup/setup.ts';
import type { Examined } from './examination.ts';

/** What a classifier decides, or whether the thing that it says first is still said. */
export async function staysAt(
  { answer, picture, pixelMask, subject }: Examined,
  pixels: Tensor<'float32'>,
  { preprocessing }: Setup,
): Promise<boolean | undefined> {
  const own = pixelSubjectOf(subject, preprocessing.preprocessing).framed(picture, pixelMask);
  const [, , height = 0, width = 0] = pixels.dims;
  const fits = own.height === height && own.width === width && own.channels === pixels.dims[1];
  const shown = fits
    ? pixels
    : unitPixelsFor(own, resize(fromUnitPixels(pixels.data, { height, width }), own, 'bilinear'));
  const [said] = await own.answer(shown);
  if (answer.classes !== undefined) return said!.classes?.decision === answer.classes.decision;
  const [best] = answer.options;
  const target = best && subject.targets(best.target, answer)?.[0];
  if (target === undefined || subject.says(answer, target) !== true) return undefined;
  return subject.says(said!, target);
}
