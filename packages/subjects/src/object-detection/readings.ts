import type { ModelFacts, SubjectReading, TensorSpec } from '@understory/core';
import { answersOf } from '../evidence/outputs.ts';
import { pairReadings } from './pair-readings.ts';
import { rowReadings } from './row-readings.ts';
import { unbatchedReadings } from './unbatched-readings.ts';

/** Every way in which outputs can be boxes of classes. */
export function detectionReadings(facts: ModelFacts): readonly SubjectReading[] {
  const candidates: readonly TensorSpec[] = answersOf(facts);
  const pairs = pairReadings(facts, candidates);
  // Boxes in an output of their own are no rows of another one.
  const rows = pairs.length > 0 ? [] : candidates.flatMap((spec) => rowReadings(facts, spec));
  const found = [...pairs, ...rows];
  return found.length > 0 ? found : unbatchedReadings(facts);
}
