import { z } from 'zod';
import {
  readStoredExamples,
  type OnProblem,
  type ReadableStore,
  type StoredExample,
} from '../common/stored-examples.ts';
import { attackExampleFolder } from './attack-files.ts';
import type { AttackExampleRecord } from './attack-rows.ts';

const text = z.string().nullable();
const maps = z.object({ original: text, target: text });

const schema: z.ZodType<AttackExampleRecord> = z.object({
  item: z.string(),
  label: text,
  original: z.int().nullable(),
  originalLabel: text,
  originalProbability: z.number().nullable(),
  target: z.int().nullable(),
  targetLabel: text,
  picture: z.string(),
  explainer: text,
  layer: text,
  maps,
  attacks: z.array(
    z.object({
      attack: z.string(),
      success: z.boolean().nullable(),
      evaluations: z.number(),
      targetProbability: z.number().nullable(),
      picture: z.string(),
      perturbation: z.string(),
      mask: z.string(),
      factor: z.number(),
      predicted: z.int().nullable(),
      predictedLabel: text,
      probability: z.number().nullable(),
      maps,
    }),
  ),
});

/** The attacked images that a run kept; what cannot be read of them is a problem. */
export function readAttackExampleRecords(
  store: ReadableStore,
  onProblem: OnProblem,
): Promise<readonly StoredExample<AttackExampleRecord>[]> {
  return readStoredExamples(store, attackExampleFolder, { schema, onProblem });
}
