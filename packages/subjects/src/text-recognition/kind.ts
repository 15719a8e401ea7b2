import type { SubjectKind } from '@understory/core';
import { textReadings } from './readings.ts';
import { TextRecognition } from './text-recognition.ts';

/** A line of text, read step by step along the picture. */
export const textRecognition: SubjectKind = {
  readings: textReadings,
  open: (facts, { tensors, form }, settings) => TextRecognition.open(facts, tensors['scores']!, form, settings),
};
