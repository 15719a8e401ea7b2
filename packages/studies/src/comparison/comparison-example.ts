import { z } from 'zod';
import { outlinesSchema } from '../explanation/outlines.ts';
import {
  readStoredExamples,
  type OnProblem,
  type ReadableStore,
  type StoredExample,
} from '../common/stored-examples.ts';

/** The folder of a run that holds a folder for each image kept, with a `ComparisonExample` beside the files that it names. */
export const comparisonExampleFolder = 'examples';

const text = z.string().nullable();
const side = z.object({
  predicted: z.int().nullable(),
  predictedLabel: text,
  probability: z.number().nullable(),
  /** A PNG of what the network saw. */
  picture: z.string(),
  /** NumPy files of the raw maps. */
  maps: z.array(z.object({ explainer: z.string(), file: z.string() })),
  outlines: outlinesSchema.optional(),
});
const schema = z.object({
  item: z.string(),
  label: text,
  /** What the picture asked the networks of its own. */
  asked: text.default(null),
  same: z.boolean().nullable(),
  target: z.int().nullable(),
  targetLabel: text,
  first: side,
  second: side,
});

/** An image whose maps by both networks are kept for figures. */
export type ComparisonExample = Readonly<z.output<typeof schema>>;

/** The examples that a comparison kept; what cannot be read of them is a problem. */
export function readComparisonExamples(
  store: ReadableStore,
  onProblem: OnProblem,
): Promise<readonly StoredExample<ComparisonExample>[]> {
  return readStoredExamples(store, comparisonExampleFolder, { schema, onProblem });
}
