import type { SubjectKind } from '@understory/core';
import { FeatureExtraction } from './feature-extraction.ts';
import { featureReadings } from './readings.ts';

/** Embeddings: how similar a picture is to another one. */
export const imageFeatureExtraction: SubjectKind = {
  readings: featureReadings,
  open: (facts, { tensors }, settings) => FeatureExtraction.open(facts, tensors['embedding']!, settings),
};
