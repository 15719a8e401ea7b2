import type { SubjectKind } from '@understory/core';
import { imageClassification } from './image-classification/kind.ts';
import { imageFeatureExtraction } from './image-feature-extraction/kind.ts';
import { imageSegmentation } from './image-segmentation/kind.ts';
import { objectDetection } from './object-detection/kind.ts';
import { raw } from './raw/kind.ts';
import { regression } from './regression/kind.ts';
import { textRecognition } from './text-recognition/kind.ts';

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
  {
    id: 'regression',
    title: 'Regression',
    description: 'Quantities: an age, an angle, the corners of a box, the coordinates of landmarks.',
    kind: regression,
  },
  {
    id: 'image-feature-extraction',
    title: 'Image feature extraction',
    description: 'Embeddings: how similar a picture is to another one.',
    kind: imageFeatureExtraction,
  },
  {
    id: 'text-recognition',
    title: 'Text recognition',
    description: 'A line of text, read step by step along the picture.',
    kind: textRecognition,
  },
  {
    id: 'object-detection',
    title: 'Object detection',
    description: 'Boxes of classes, as YOLO, DETR, SSD and RetinaNet hand them out.',
    kind: objectDetection,
  },
  {
    id: 'image-segmentation',
    title: 'Image segmentation',
    description: 'A class for each pixel.',
    kind: imageSegmentation,
  },
  {
    id: 'raw',
    title: 'Raw outputs',
    description: 'Any element or region of any output, for those who ask for it.',
    kind: raw,
  },
];
