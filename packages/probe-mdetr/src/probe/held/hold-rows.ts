import type { ProbeItem, ProbeRequest, Question, SeededRandom } from '@understory/core';
import type { Constraint } from '../../constraint/constraint.ts';
import type { Asker } from '../asker.ts';
import type { QuestionRow } from '../row.ts';
import { boxesOf, heldAnswers, type Plain } from './held-answers.ts';
import { boxKinds, columnsOf, noColumns, type HeldRow } from './held-row.ts';
import type { HeldExamples } from './held-examples.ts';
import { keepHeldPictures } from './keep-held-pictures.ts';

export interface HoldPlan {
  readonly request: Pick<ProbeRequest, 'keep' | 'seed' | 'signal'>;
  readonly asker: Asker;
  readonly constraints: readonly Constraint[];
  readonly examples: HeldExamples;
}

/**
 * The rows of an item with their answers held to boxes. Of data that say where things are, questions about a thing with a box are asked so; of other data
 * all.
 */
export async function holdRows(
  plan: HoldPlan,
  { pixels, questions = [] }: ProbeItem,
  rows: readonly QuestionRow[],
  random: SeededRandom,
): Promise<readonly HeldRow[]> {
  const { request, asker, constraints, examples } = plan;
  if (constraints.length === 0) return rows;
  const isPlaced = questions.some(({ box }) => box !== undefined);
  const found: HeldRow[] = [];
  for (const row of rows) {
    const question = questions[row.test]!;
    if (isPlaced && question.box === undefined) {
      found.push({ ...row, ...noColumns });
      continue;
    }
    const plain: Plain[] = [];
    for (const phrasing of question.phrasings) {
      request.signal?.throwIfAborted();
      const [said] = await asker.ask(phrasing, [pixels]);
      plain.push({ subject: asker.about(phrasing), said: said! });
    }
    const { hasBoxes } = asker;
    const boxes = boxesOf(question, plain, { hasBoxes, random: random.fork(`box ${row.test}`) });
    const kinds = boxKinds.filter((kind) => kindIsThere(kind, question, hasBoxes));
    const { held, notHeld } = await heldAnswers({ question, plain, boxes, pixels }, { constraints, kinds });
    const own: HeldRow = { ...row, ...columnsOf(held, notHeld) };
    found.push(own);
    if (request.keep === undefined || !examples.offer(own)) continue;
    await keepHeldPictures(request.keep, own, { subject: plain[0]!.subject, boxes: boxes[0]!, pixels });
  }
  return found;
}

/** A model without boxes has none of its own; a random one is as large as the true one then. */
function kindIsThere(kind: (typeof boxKinds)[number], { box }: Question, hasBoxes: boolean): boolean {
  if (kind === 'own') return hasBoxes;
  return kind === 'true' ? box !== undefined : hasBoxes || box !== undefined;
}
