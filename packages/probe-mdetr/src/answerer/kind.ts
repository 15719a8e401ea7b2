import type { SubjectKind } from '@understory/core';
import { Answerer } from './answerer.ts';
import { answererReadings } from './readings.ts';

/** MDETR, ViLT, relation networks and their like: a picture and a question, an answer and boxes. */
export const questionAnswering: SubjectKind = {
  readings: answererReadings,
  open: async (facts, reading, settings) => Answerer.open(facts, reading, settings),
};
