import {
  configurable,
  errors,
  imageTextTask,
  isImageTextMatcher,
  type OptionSchema,
  type Probe,
} from '@understory/core';
import { Examples } from './examples.ts';
import { probeItem } from './probe-item.ts';
import type { CaptionRow } from './row.ts';
import { GreyScores } from './scores.ts';
import { summarise } from './summarise.ts';

const options = {
  mirror: {
    type: 'boolean',
    default: true,
    description: 'Whether captions are asked of the mirror image too.',
  },
} as const satisfies OptionSchema;

/** Whether a model of pictures and captions reads where things are, by pairs of captions that differ in one thing. */
export const clip = configurable('The probe "clip"', options, ({ mirror }): Probe<CaptionRow> => ({
  experiment(request) {
    const matcher = request.subject.subject;
    if (!isImageTextMatcher(matcher)) {
      throw errors.probeTask({ probe: 'clip', task: imageTextTask, found: `a model of ${matcher.task}` });
    }
    const grey = new GreyScores({ subject: request.subject, matcher });
    const plan = { request, matcher, mirror, grey, examples: new Examples() };
    return {
      rows: (item) => probeItem(plan, item),
      summarise: (rows) => summarise(rows, request),
    };
  },
}));
