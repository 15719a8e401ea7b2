import { z } from 'zod';
import {
  readStoredExamples,
  type OnProblem,
  type ReadableStore,
  type StoredExample,
} from '../common/stored-examples.ts';
import { outlinesSchema, type Outlines } from '../explanation/outlines.ts';
import type { EvaluationRow } from './evaluation-rows.ts';

/** The folder of a run that holds a folder for each image kept, with an `ExampleRecord` beside the files that it names. */
export const exampleFolder = 'maps';

/** An image whose maps are kept for figures. */
export interface ExampleRecord extends Pick<
  EvaluationRow,
  'item' | 'label' | 'predicted' | 'predictedLabel' | 'probability' | 'correct' | 'target' | 'targetLabel'
> {
  /** A PNG of what the network saw. */
  readonly picture: string;
  /** NumPy files of the raw maps. */
  readonly maps: readonly { readonly explainer: string; readonly file: string; readonly layer: string | null }[];
  readonly outlines?: Outlines | undefined;
}

const schema: z.ZodType<ExampleRecord> = z.object({
  item: z.string(),
  label: z.string().nullable(),
  predicted: z.int().nullable(),
  predictedLabel: z.string().nullable(),
  probability: z.number().nullable(),
  correct: z.boolean().nullable(),
  target: z.int().nullable(),
  targetLabel: z.string().nullable(),
  picture: z.string(),
  maps: z.array(z.object({ explainer: z.string(), file: z.string(), layer: z.string().nullable() })),
  outlines: outlinesSchema.optional(),
});

/** The examples that a run kept; what cannot be read of them is a problem. */
export function readExampleRecords(
  store: ReadableStore,
  onProblem: OnProblem,
): Promise<readonly StoredExample<ExampleRecord>[]> {
  return readStoredExamples(store, exampleFolder, { schema, onProblem });
}
