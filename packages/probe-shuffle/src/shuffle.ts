import { configurable, errors, largestOf, type OptionSchema, type Probe } from '@understory/core';
import { controls } from './controls/index.ts';
import { Examples } from './examples.ts';
import { probeItem } from './probe-item.ts';
import type { ShuffleRow } from './row.ts';
import { summarise } from './summarise.ts';

const options = {
  grid: {
    type: 'integers',
    default: [2, 3, 4, 6, 8],
    range: [2, 32],
    description: 'How many patches a side.',
  },
  permutations: {
    type: 'integer',
    default: 5,
    range: [1, 100],
    description: 'How many different permutations of each image and grid, never the identity.',
  },
  derangement: { type: 'boolean', default: false, description: 'Whether every patch must move.' },
  controls: {
    type: 'choices',
    flag: 'control',
    default: [],
    choices: ['seams', 'rows', 'columns', 'rotate', 'flip-horizontal', 'flip-vertical'],
    description: 'Controls that are evaluated besides the shuffle, to isolate the cause of an effect.',
  },
  seamWidth: {
    type: 'integer',
    default: 2,
    range: [1, 16],
    description: 'How wide the control seams draws the cuts, in pixels.',
  },
  batch: {
    type: 'integer',
    default: 32,
    range: [1, 4096],
    description: 'How many images per batch; changes no result.',
  },
} as const satisfies OptionSchema;

/** The paper's settings (section 5.3), but for the permutation, which the paper neither seeds nor keeps from being the identity. */
export const paperPreset = { grid: [4], permutations: 1, derangement: false, controls: [] } as const;

/** The paper's grid; the verdict and the examples are about it where it is asked for. */
const paperGrid = paperPreset.grid[0];

/** Whether a model's predictions survive when patches of the picture change places, as the paper asks in section 5.3. */
export const shuffle = configurable('The probe "shuffle"', options, (values): Probe<ShuffleRow> => {
  const { grid, permutations, derangement, batch, seamWidth } = values;
  const mainGrid = grid.includes(paperGrid) ? paperGrid : largestOf(grid);
  const isThePapers = grid.includes(paperGrid) && permutations === paperPreset.permutations && !derangement;
  return {
    experiment(request) {
      const { height, width } = request.subject;
      const most = Math.min(height, width);
      const tooFine = grid.find((count) => count > most);
      if (tooFine !== undefined) {
        throw errors.optionInvalid({
          of: 'The probe "shuffle"',
          option: 'grid',
          found: tooFine,
          expected: `at most ${most} patches a side of the ${height} x ${width} pixels that the model sees`,
        });
      }
      const plan = {
        ...{ request, batch, mainGrid, grid, permutations, derangement, seamWidth, isThePapers },
        controls: values.controls.map((id) => controls[id]),
        examples: new Examples(),
      };
      return {
        rows: (item, random) => probeItem(plan, item, random),
        summarise: (rows) => summarise(rows, plan),
      };
    },
  };
});
