import { z } from 'zod';
import { outlinesSchema } from '../explanation/outlines.ts';
import {
  readStoredExamples,
  type OnProblem,
  type ReadableStore,
  type StoredExample,
} from '../common/stored-examples.ts';

/** The folder of a run that holds a folder for each image kept, with a `DiagnosisExample` beside the files that it names. */
export const diagnosisExampleFolder = 'examples';

const text = z.string().nullable();
const schema = z.object({
  item: z.string(),
  label: text,
  /** What the picture asked the network of its own. */
  asked: text.default(null),
  correct: z.boolean().nullable(),
  decision: z.string(),
  probability: z.number().nullable(),
  target: text,
  /** A PNG of what the network saw. */
  picture: z.string(),
  /** NumPy files of the raw maps. */
  maps: z.array(z.object({ explainer: z.string(), file: z.string() })),
  outlines: outlinesSchema.optional(),
  /** PNGs that the probe kept, each with a caption. */
  disturbed: z.array(z.object({ file: z.string(), caption: z.string() })),
  /** PNGs of the smallest attack that succeeds through each mask. */
  attacks: z.array(
    z.object({
      mask: z.string(),
      epsilon: z.number(),
      decision: z.string(),
      probability: z.number().nullable(),
      picture: z.string(),
      /** The change times `factor` about a middle grey. */
      change: z.string(),
      factor: z.number(),
      /** The mask in white. */
      maskPicture: z.string(),
    }),
  ),
});

/** An image whose pictures are kept for the page. */
export type DiagnosisExample = Readonly<z.output<typeof schema>>;

/** The examples that a diagnosis kept; what cannot be read of them is a problem. */
export function readDiagnosisExamples(
  store: ReadableStore,
  onProblem: OnProblem,
): Promise<readonly StoredExample<DiagnosisExample>[]> {
  return readStoredExamples(store, diagnosisExampleFolder, { schema, onProblem });
}
