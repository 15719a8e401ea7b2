import { tryInstead, UnderstoryError } from '@understory/core';

/** Every error of this package, by what went wrong. */
export const camErrors = {
  camNotApplicable({ reason, alternatives }: { reason: string; alternatives: readonly string[] }) {
    return new UnderstoryError({
      code: 'CAM_NOT_APPLICABLE',
      message: 'Class activation mapping does not apply to this network.',
      found: reason,
      expected: 'global average pooling followed by one linear layer, or a 1x1 convolution followed by the pooling',
      next: tryInstead(alternatives),
    });
  },
} as const;
