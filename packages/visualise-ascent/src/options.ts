import type { OptionSchema, OptionValues } from '@understory/core';

export const ascentOptions = {
  steps: {
    type: 'integer',
    default: 192,
    range: [1, 100000],
    description: 'How many steps the ascent makes.',
  },
  rate: {
    type: 'number',
    default: 0.05,
    range: [1e-6, 100],
    description: 'The learning rate of Adam, in units of the scaled frequencies or of the pixels before the sigmoid.',
  },
  parametrisation: {
    type: 'choice',
    default: 'frequencies',
    choices: ['frequencies', 'pixels'],
    description:
      'What the ascent changes: the frequencies of the picture, each scaled by a power of 1/f, or its pixels.',
  },
  decay: {
    type: 'number',
    default: 1.25,
    range: [0, 4],
    description: 'The exponent of 1/f that frequencies are scaled by: the higher, the less of the finest ones.',
  },
  decorrelate: {
    type: 'boolean',
    default: true,
    description: 'Whether colours are changed along the axes that are uncorrelated in photographs.',
  },
  jitter: {
    type: 'integer',
    default: 16,
    range: [0, 1024],
    description: 'How many pixels the picture is shifted at most, in each direction, before a step.',
  },
  zoom: {
    type: 'number',
    default: 0.15,
    range: [0, 0.5],
    description: 'By what fraction the picture is enlarged or shrunk at most before a step.',
  },
  variation: {
    type: 'number',
    default: 0,
    range: [0, 1e6],
    description: 'The weight of total variation, relative to what the goal is at the step.',
  },
  deviation: {
    type: 'number',
    default: 0.01,
    range: [1e-6, 10],
    description: 'The standard deviation of the noise that the ascent starts from.',
  },
} as const satisfies OptionSchema;

export type AscentValues = OptionValues<typeof ascentOptions>;
