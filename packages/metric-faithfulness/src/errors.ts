import { UnderstoryError } from '@understory/core';

export const faithfulnessErrors = {
  mapCount({ maps, batch }: { maps: number; batch: number }) {
    return new UnderstoryError({
      code: 'MAP_COUNT',
      message: 'The list of heat maps does not fit the batch.',
      found: `${maps} for a batch of ${batch}`,
      expected: 'one heat map a sample',
      next: 'Explain the same feeds that are measured.',
    });
  },

  scoreNotAClass({ found }: { found: string }) {
    return new UnderstoryError({
      code: 'SCORE_NOT_A_CLASS',
      message: 'The probability of the explained number is asked for, and it is no class score.',
      found,
      expected: 'one element of an output [N, classes] a sample',
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
