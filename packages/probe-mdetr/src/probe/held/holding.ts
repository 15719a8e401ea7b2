import type { Experiment, ProbeItem, ProbeSummary } from '@understory/core';
import type { QuestionRow } from '../row.ts';
import { HeldExamples } from './held-examples.ts';
import { heldSection } from './held-section.ts';
import { HeldTally } from './held-tally.ts';
import type { HeldRow } from './held-row.ts';
import { holdRows, type HoldPlan } from './hold-rows.ts';

/** The experiment of a probe whose rows also say what becomes of answers that are held to a box, with a section on it in the summary. */
export function holding(
  experiment: Experiment<ProbeItem, QuestionRow, ProbeSummary>,
  plan: Omit<HoldPlan, 'examples'>,
): Experiment<ProbeItem, HeldRow, ProbeSummary> {
  const examples = new HeldExamples();
  return {
    async rows(item, random) {
      const rows = await experiment.rows(item, random);
      return holdRows({ ...plan, examples }, item, rows, random.fork('held'));
    },
    async summarise(rows) {
      const tally = new HeldTally();
      const chosen = new HeldExamples();
      const summary = await experiment.summarise(tallied(rows, tally, chosen));
      const section = heldSection(tally, chosen, plan.request);
      return section === undefined ? summary : { ...summary, sections: [...(summary.sections ?? []), section] };
    },
  };
}

/** The same rows, those of an image counted together once they are all there. */
async function* tallied(
  rows: AsyncIterable<HeldRow>,
  tally: HeldTally,
  examples: HeldExamples,
): AsyncGenerator<HeldRow, void, undefined> {
  let own: HeldRow[] = [];
  for await (const row of rows) {
    if (own.length > 0 && own[0]!.item !== row.item) {
      tally.add(own);
      own = [];
    }
    own.push(row);
    examples.offer(row);
    yield row;
  }
  tally.add(own);
}
