import { abs } from './abs.ts';
import { avgPool } from './avg-pool.ts';
import { cast } from './cast.ts';
import { batchMatMul } from './batch-mat-mul.ts';
import { conv2d } from './conv-2d.ts';
import { conv2dInput } from './conv-2d-input.ts';
import { cumsum } from './cumsum.ts';
import { depthToSpace } from './depth-to-space.ts';
import { depthwiseConv2d } from './depthwise-conv-2d.ts';
import { depthwiseConv2dInput } from './depthwise-conv-2d-input.ts';
import { einsum } from './einsum.ts';
import { fusedBatchNorm } from './fused-batch-norm.ts';
import { gather } from './gather.ts';
import { gatherNd } from './gather-nd.ts';
import { max } from './max.ts';
import { maxPool } from './max-pool.ts';
import { maximum } from './maximum.ts';
import { min } from './min.ts';
import { minimum } from './minimum.ts';
import { mirrorPad } from './mirror-pad.ts';
import type { GradientOverride, KernelOverride } from './override.ts';
import { pow } from './pow.ts';
import { resizeBilinear } from './resize-bilinear.ts';
import { resizeNearestNeighbor } from './resize-nearest-neighbor.ts';
import { splitV } from './split-v.ts';
import { stridedSlice } from './strided-slice.ts';
import { tile } from './tile.ts';
import { topK } from './top-k.ts';
import { unpack } from './unpack.ts';
import { unusedFilters } from './unused-filters.ts';
import { zero } from './zero.ts';

export { guidedOverrides } from './guided.ts';
export type { GradientOverride, KernelOverride } from './override.ts';

/** Gradients that stand in for those of TensorFlow.js on every engine. */
export const gradientOverrides: readonly GradientOverride[] = [
  abs,
  batchMatMul,
  cast,
  conv2d,
  cumsum,
  depthToSpace,
  depthwiseConv2d,
  einsum,
  fusedBatchNorm,
  gather,
  gatherNd,
  max,
  maximum,
  min,
  minimum,
  mirrorPad,
  pow,
  splitV,
  stridedSlice,
  tile,
  topK,
  unpack,
  ...zero,
];

/** Kernels of gradients that stand in for those of some engines. */
export const kernelOverrides: readonly KernelOverride[] = [
  avgPool,
  conv2dInput,
  depthwiseConv2dInput,
  maxPool,
  resizeBilinear,
  resizeNearestNeighbor,
  ...unusedFilters,
];
