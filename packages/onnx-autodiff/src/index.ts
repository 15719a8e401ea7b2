export { AutodiffError, type Diagnosis } from './errors.ts';
export { newestOpset, oldestOpset, parseModel, Graph, type ReadExternal, type Sizes } from './graph.ts';
export { skeletonOf, type ReadBytes } from './skeleton.ts';
export { ownWeights, readWithWeights, skeletonOrWhole } from './read-with-weights.ts';
export {
  differentiate,
  DifferentiableGraph,
  type DifferentiatedModel,
  type DifferentiableGraphOptions,
  type DifferentiateOptions,
} from './differentiate.ts';
export type { ObjectiveForm, ObjectiveInput } from './objective.ts';
export type {
  Decomposition,
  DifferentiableBody,
  DifferentiatedBody,
  GradientContext,
  GradientRule,
  InputGradients,
  NoGradient,
  OperatorRule,
} from './gradient-rule.ts';
export { withBatchFirst } from './batch-first.ts';
export { feedFrom } from './feed-from.ts';
export { graphView } from './graph-view.ts';
export { gradientRules } from './gradients/index.ts';
export { leftOut, leftOutOfMicrosoft, writtenOtherwise } from './gradients/written-otherwise.ts';
export { guidedRules } from './guided-rules.ts';
export { hessianProduct, type HessianProduct, type HessianProductOptions } from './hessian-product.ts';
export { rescaleRules } from './rescale-rules.ts';
export { alphaBetaRules, epsilonRules, zPlusRules } from './relevance-rules.ts';
export { GraphBuilder } from './builder.ts';
export { Node, type AttributeInput, type AttributeInputs } from './node.ts';
export { layersOf, type Layer } from './layers.ts';
export { redrawWeights, weightedLayers, type WeightedLayer } from './learned-weights.ts';
export { trainingMode, trainingRemarks, type TrainingMode } from './training-mode.ts';
export { FedSizes, type FedTensor } from './limits/fed-sizes.ts';
export { Inference } from './shapes/inference.ts';
export { operatorNames, operatorsPage, type OperatorLists } from './operators-page.ts';
export { toFloat32, type Float32Graph } from './precision.ts';
export { readTensor, writeTensor, fromFloat16, toFloat16, type Constant } from './tensor.ts';
export type { Dim, ElementType, Shape, Value } from './types.ts';
