import type { SubjectKind } from '@understory/core';
import { quantityReadings } from './readings.ts';
import { Regression } from './regression.ts';

/** Quantities: an age, an angle, the corners of a box, the coordinates of landmarks. */
export const regression: SubjectKind = {
  readings: quantityReadings,
  open: async (facts, { tensors }, settings) => new Regression(facts, Object.values(tensors), settings),
};
