import type { OptionSchema, OptionValues } from '@understory/core';

/** How far pixels may move. */
export const budgetOptions = {
  epsilon: {
    type: 'number',
    default: 8 / 255,
    range: [0, 1e6],
    description: 'How far pixels may move in the norm, in units of pixels in 0..1; 8/255 is understood.',
  },
  norm: {
    type: 'choice',
    default: 'linf',
    choices: ['linf', 'l2', 'l1'],
    description: 'What is measured: the largest change of a value, the length of all, or their sum.',
  },
} as const satisfies OptionSchema;

/** What an attack follows upwards. */
export const objectiveOptions = {
  objective: {
    type: 'choice',
    default: 'cross-entropy',
    choices: ['cross-entropy', 'margin', 'dlr'],
    description: 'Cross-entropy, the margin of logits, or the difference of logits ratio.',
  },
  confidence: {
    type: 'number',
    default: 50,
    range: [0, 1e6],
    description: 'The margin of logits at which the objective saturates, for objective=margin.',
  },
} as const satisfies OptionSchema;

/** What a step is made of. */
export const directionOptions = {
  direction: {
    type: 'choice',
    default: 'steepest',
    choices: ['steepest', 'sign', 'l2', 'l1'],
    description:
      'The step along the gradient: the steepest in the norm, its signs, its length made 1, or its largest components.',
  },
  sparsity: {
    type: 'number',
    default: 0.99,
    range: [0, 1],
    description: 'The fraction of components that a step of direction=l1 leaves unchanged.',
  },
} as const satisfies OptionSchema;

export const restartOptions = {
  restarts: {
    type: 'integer',
    default: 1,
    range: [1, 1000],
    description: 'Maximum number of random starts per sample until success.',
  },
} as const satisfies OptionSchema;

export const batchOptions = {
  batch: {
    type: 'integer',
    default: 8,
    range: [1, 4096],
    description: 'How many samples per batch; changes no result.',
  },
} as const satisfies OptionSchema;

/** How an iterated attack starts, ends, and what it hands back. */
export const endOptions = {
  stop: {
    type: 'choice',
    default: 'misclassification',
    choices: ['probability', 'misclassification', 'never'],
    description: 'The stopping criterion of a sample: a probability above the threshold, the top class, or none.',
  },
  threshold: {
    type: 'number',
    default: 0.7,
    range: [0, 1],
    description: 'The probability of the target, or of leaving the class, that stop=probability asks for.',
  },
  keep: {
    type: 'choice',
    default: 'best',
    choices: ['best', 'last'],
    description: 'What an attack without success returns: the best pixels found, or the last.',
  },
} as const satisfies OptionSchema;

export type BudgetValues = OptionValues<typeof budgetOptions>;
export type ObjectiveValues = OptionValues<typeof objectiveOptions>;
export type DirectionValues = OptionValues<typeof directionOptions>;
export type EndValues = OptionValues<typeof endOptions>;
