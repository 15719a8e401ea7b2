import type { PgdOptions } from './attacks/pgd.ts';

type Preset = Readonly<Omit<PgdOptions, 'batch'>>;

/** The paper's targeted masked attack: section 4.3 and Algorithm 1, with the constants of its authors' scripts. */
export const paper = {
  epsilon: 12 / 255,
  norm: 'linf',
  steps: 50,
  objective: 'cross-entropy',
  confidence: 50,
  direction: 'steepest',
  sparsity: 0.99,
  schedule: 'cosine',
  alpha: 0.25,
  alphaUnit: 'epsilon',
  alphaMin: 0.1 / 255,
  start: 'none',
  restarts: 1,
  momentum: 0,
  stop: 'probability',
  threshold: 0.7,
  keep: 'last',
  lastLook: false,
} as const satisfies Preset;

/**
 * The defaults of foolbox's `LinfPGD` (`LinfProjectedGradientDescentAttack`, version 3): `rel_stepsize` 0.01 / 0.3, 40 steps, random
 * start. Its epsilon is the caller's; 8/255 here.
 */
export const foolboxPgd = {
  ...paper,
  epsilon: 8 / 255,
  steps: 40,
  schedule: 'constant',
  alpha: 0.01 / 0.3,
  start: 'uniform',
  stop: 'never',
  lastLook: true,
} as const satisfies Preset;

/** The defaults of torchattacks' `PGD` (version 3): epsilon 8/255, alpha 2/255, 10 steps, random start. */
export const torchattacksPgd = {
  ...foolboxPgd,
  steps: 10,
  alpha: 2 / 255,
  alphaUnit: 'pixels',
} as const satisfies Preset;
