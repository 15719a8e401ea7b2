import {
  configurable,
  errors,
  isQuestionAnswerer,
  questionTask,
  type Experiment,
  type OptionSchema,
  type Probe,
  type ProbeItem,
  type ProbeSummary,
} from '@understory/core';
import { constraints } from '../constraint/constraint.ts';
import { Asker } from './asker.ts';
import { Examples } from './examples.ts';
import { holding } from './held/holding.ts';
import type { HeldRow } from './held/held-row.ts';
import { probeItem } from './probe-item.ts';
import type { QuestionRow } from './row.ts';
import { summarise } from './summarise.ts';

const options = {
  mirror: {
    type: 'boolean',
    default: true,
    description: 'Whether questions are asked of the mirror image too, and with left and right exchanged.',
  },
  grid: {
    type: 'integer',
    default: 4,
    range: [2, 64],
    description: 'How many patches across and down a picture is cut into where they are shuffled.',
  },
  forced: {
    type: 'boolean',
    default: true,
    description: 'Whether maps of answers that the model did not give are computed too.',
  },
  constrain: {
    type: 'choices',
    default: [],
    choices: constraints,
    description:
      "Ways to hold answers to a box, the model's own, the true one and a random one: crop, blur what is outside, or hide its tokens.",
  },
} as const satisfies OptionSchema;

/** Whether a model that answers questions reads where things are, by questions whose answers are known. */
export const mdetr = configurable(
  'The probe "mdetr"',
  options,
  ({ mirror, grid, forced, constrain }): Probe<HeldRow> => ({
    experiment(request) {
      const answerer = request.subject.subject;
      if (!isQuestionAnswerer(answerer)) {
        throw errors.probeTask({ probe: 'mdetr', task: questionTask, found: `a model of ${answerer.task}` });
      }
      if (!answerer.forms.some((form) => form.startsWith('answer:'))) {
        throw errors.probeTask({
          ...{ probe: 'mdetr', task: questionTask },
          found: 'a model that boxes what a text names and gives no answers',
        });
      }
      const asker = new Asker(request.subject, answerer);
      const plan = { request, asker, mirror, grid, forced, examples: new Examples() };
      const experiment: Experiment<ProbeItem, QuestionRow, ProbeSummary> = {
        rows: (item, random) => probeItem(plan, item, random),
        summarise: (rows) => summarise(rows, request),
      };
      return holding(experiment, { request, asker, constraints: constrain });
    },
  }),
);
