import type { CurveOptions } from './perturbation-curve.ts';

type Preset = Readonly<Omit<CurveOptions, 'batch' | 'interpolation' | 'value' | 'noise'>> & Partial<CurveOptions>;

/** The paper's deletion, section 4.1: the normalised logit while the first half of the pixels is blurred. */
export const paperDeletion = {
  order: 'descending',
  repeats: 5,
  perturbation: 'blur',
  kernel: 11,
  sigma: 15,
  score: 'normalised-logit',
  fraction: 0.5,
  steps: 100,
  interpolation: 'bicubic',
} as const satisfies Preset;

/** Petsiuk et al. 2018, section 4.2: the probability while all pixels become zero, 224 of them a step on 224 x 224. */
export const riseDeletion = {
  order: 'descending',
  repeats: 5,
  perturbation: 'constant',
  value: 0,
  kernel: 11,
  sigma: 5,
  score: 'probability',
  fraction: 1,
  steps: 224,
} as const satisfies Preset;

/** Petsiuk et al. 2018, section 4.2: the probability while all pixels come back into a blurred picture. */
export const riseInsertion = { ...riseDeletion, perturbation: 'blur' } as const satisfies Preset;

/** The defaults of Quantus 0.6.0, whose features are pixels here; on pictures of one channel its numbers. */
export const quantusFaithfulnessCorrelation = {
  subset: 224,
  draws: 100,
  perturbation: 'black',
  score: 'logit',
} as const;

/** The defaults of Quantus 0.6.0: each pixel is a group of its own. */
export const quantusFaithfulnessEstimate = { steps: 1_000_000, perturbation: 'black', score: 'logit' } as const;

/** The defaults of Quantus 0.6.0, each square alone. */
export const quantusInfidelity = { scale: 'none', patch: 4, perturbation: 'black', score: 'logit' } as const;

/** The defaults of Quantus 0.6.0. */
export const quantusRegionPerturbation = {
  order: 'descending',
  regions: 100,
  patch: 8,
  perturbation: 'black',
  score: 'probability',
} as const;

/** The defaults of Quantus 0.6.0. */
export const quantusLocalLipschitz = { deviation: 0.1, draws: 200, normalise: true, absolute: false } as const;

/** The defaults of Quantus 0.6.0. */
export const quantusContinuity = { steps: 28, normalise: true, absolute: true } as const;

/** The defaults of Quantus 0.6.0. */
export const quantusRelevanceMassAccuracy = { sign: 'signed' } as const;

/** The defaults of Quantus 0.6.0. */
export const quantusAttributionLocalisation = { sign: 'absolute', weighted: false } as const;

/** The defaults of Quantus 0.6.0. */
export const quantusTopKIntersection = { pixels: 1000, weighted: false } as const;

/** The defaults of Quantus 0.6.0, but for its structural similarity, which is of the map as one long row. */
export const quantusRandomLogit = { draws: 1, similarity: 'ssim' } as const;

/** The default of Quantus 0.6.0, relative to the largest value of the image and not of the batch. */
export const quantusEffectiveComplexity = { threshold: 1e-5 } as const;
