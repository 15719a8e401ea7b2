import type { Subject } from '@understory/core';
import type { ChosenImages } from '../environment.ts';

/** The classes that the labels of a data set are among those of a model; none where the model does not decide between classes. */
export function classLabels(
  images: Pick<ChosenImages, 'labelsFor'>,
  { classes, labels }: Pick<Subject, 'classes' | 'labels'>,
): ReturnType<ChosenImages['labelsFor']> {
  return classes === undefined ? { indexOf: () => undefined, unmapped: [] } : images.labelsFor(labels);
}
