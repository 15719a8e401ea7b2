import type { KernelOverride } from '../gradients/override.ts';
import { batchMatMul } from './batch-mat-mul.ts';
import { cast } from './cast.ts';
import { clipByValue } from './clip-by-value.ts';
import { convolutions } from './convolutions.ts';
import { cumsum } from './cumsum.ts';
import { floorDiv } from './floor-div.ts';
import { gather } from './gather.ts';
import { oneHot } from './one-hot.ts';
import { prelu } from './prelu.ts';
import { stridedSlice } from './strided-slice.ts';

/** Kernels that stand in for those which an engine has wrong, forwards as well as on the way back. */
export const forwardKernels: readonly KernelOverride[] = [
  batchMatMul,
  cast,
  clipByValue,
  cumsum,
  floorDiv,
  gather,
  oneHot,
  prelu,
  stridedSlice,
  ...convolutions,
];
