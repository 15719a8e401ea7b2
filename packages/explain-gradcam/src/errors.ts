import { UnderstoryError } from '@understory/core';

export const errors = {
  noSecondDerivatives({ backend }: { backend: string }) {
    return new UnderstoryError({
      code: 'SECOND_DERIVATIVES_UNSUPPORTED',
      message: 'Shapley-CAM needs second derivatives of the score.',
      found: `the backend "${backend}", which has only gradients`,
      expected: 'a backend that multiplies with the Hessian',
      next: 'Open the model with the backend "onnx", or use gradcam.',
    });
  },
};
