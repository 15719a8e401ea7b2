import { contribShapes } from './contrib.ts';
import { controlFlowShapes } from './control-flow.ts';
import { convolutionShapes } from './convolution.ts';
import { elementwiseShapes } from './elementwise.ts';
import { indexingShapes } from './indexing.ts';
import { layoutShapes } from './layout.ts';
import { linearAlgebraShapes } from './linear-algebra.ts';
import { lossShapes } from './loss.ts';
import { normalisationShapes } from './normalisation.ts';
import { poolingShapes } from './pooling.ts';
import { quantisationShapes } from './quantisation.ts';
import { randomShapes } from './random.ts';
import { recurrentShapes } from './recurrent.ts';
import { reductionShapes } from './reduction.ts';
import { resizeShapes } from './resize.ts';
import { shapeArithmeticShapes } from './shape-arithmetic.ts';
import { transformShapes } from './transform.ts';
import type { ShapeRules } from './shape-rule.ts';

/** Every shape rule by operator. */
export const shapeRules: ShapeRules = {
  ...contribShapes,
  ...controlFlowShapes,
  ...convolutionShapes,
  ...elementwiseShapes,
  ...indexingShapes,
  ...layoutShapes,
  ...linearAlgebraShapes,
  ...lossShapes,
  ...normalisationShapes,
  ...poolingShapes,
  ...quantisationShapes,
  ...randomShapes,
  ...recurrentShapes,
  ...reductionShapes,
  ...resizeShapes,
  ...shapeArithmeticShapes,
  ...transformShapes,
};
