import type { SubjectKind } from '@understory/core';
import { imageClassification } from './image-classification/kind.ts';

/** A kind of subject as the plugin provides it; `id` is the name of its task at Hugging Face, where there is one. */
export interface NamedKind {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly kind: SubjectKind;
}

/** Every kind of this package: a folder each, and a line here. */
export const kinds: readonly NamedKind[] = [
  {
    id: 'image-classification',
    title: 'Image classification',
    description: 'Scores of classes: one of many, one of two, or several at once.',
    kind: imageClassification,
  },
];
