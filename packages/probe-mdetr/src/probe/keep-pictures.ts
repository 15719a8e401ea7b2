import type { DrawnOver, GroundedBox, NamedAnswer, ProbeRequest, QuestionAnswer, Tensor } from '@understory/core';
import type { AnswerMaps } from './map-rows.ts';
import type { QuestionRow } from './row.ts';

/** The names of an example's pictures. */
export const pictureNames = {
  image: (test: number) => `image-${test}`,
  map: (test: number) => `map-${test}`,
  forced: (test: number) => `forced-${test}`,
  turned: (test: number) => `turned-${test}`,
} as const;

export interface ExamplePictures {
  readonly row: QuestionRow;
  /** Each `[1, C, H, W]` in 0..1. */
  readonly image: Tensor<'float32'>;
  readonly said: QuestionAnswer;
  /** The picture in which another answer is right, and what the model says there. */
  readonly turned: { readonly pixels: Tensor<'float32'>; readonly said: QuestionAnswer } | undefined;
  readonly maps: AnswerMaps;
  /** The answer that was forced, where maps of such were computed. */
  readonly forced: NamedAnswer | undefined;
}

/** Hands over the pictures of an example: with the model's boxes, the map of its answer, that of the forced answer, and the picture turned round. */
export async function keepPictures(
  keep: NonNullable<ProbeRequest['keep']>,
  { row: { item, test, mapInBox }, image, said, turned, maps, forced }: ExamplePictures,
): Promise<void> {
  const boxes = labelled(said.boxes);
  await keep(item, pictureNames.image(test), image, { boxes });
  const heatOf = async (answer: NamedAnswer): Promise<DrawnOver> => {
    const found = await maps.of(answer);
    return found !== undefined && 'map' in found ? { heat: found.map, boxes } : { boxes };
  };
  if (mapInBox !== null) await keep(item, pictureNames.map(test), image, await heatOf(said.answers[0]!));
  if (forced !== undefined) await keep(item, pictureNames.forced(test), image, await heatOf(forced));
  if (turned !== undefined) {
    await keep(item, pictureNames.turned(test), turned.pixels, { boxes: labelled(turned.said.boxes) });
  }
}

/** At most so many, so that a picture is not covered. */
const most = 5;

function labelled(boxes: readonly GroundedBox[]): NonNullable<DrawnOver['boxes']> {
  return boxes.slice(0, most).map(({ box, phrases }) => ({ box, label: phrases.join(', ') }));
}
