import { UnderstoryError } from '@understory/core';

export const faithfulnessErrors = {
  mapCount({ maps, batch }: { maps: number; batch: number }) {
    return new UnderstoryError({
      code: 'MAP_COUNT',
      message: 'The number of heat maps does not match the batch.',
      found: `${maps} for a batch of ${batch}`,
      expected: 'one heat map per sample',
      next: 'Compute the heat maps for the same feeds.',
    });
  },

  scoreNotAClass({ found }: { found: string }) {
    return new UnderstoryError({
      code: 'SCORE_NOT_A_CLASS',
      message: 'A probability was requested, and the objective is not a class score.',
      found,
      expected: 'a class, a box or another target with a probability',
      next: 'Use score=logit or score=normalised-logit, or explain a class score.',
    });
  },

  requestLacks({ metric, what, next }: { metric: string; what: string; next: string }) {
    return new UnderstoryError({
      code: 'METRIC_NOT_APPLICABLE',
      message: `The metric "${metric}" cannot be computed here.`,
      found: `no ${what}`,
      expected: what,
      next,
    });
  },
} as const;
