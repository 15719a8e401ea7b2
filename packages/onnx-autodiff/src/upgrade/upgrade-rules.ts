import { batchNormalization } from './batch-normalization.ts';
import { clip } from './clip.ts';
import { dropout } from './dropout.ts';
import { pad } from './pad.ts';
import { reduce } from './reduce.ts';
import { resize } from './resize.ts';
import { roiAlign } from './roi-align.ts';
import { scan } from './scan.ts';
import { scatter } from './scatter.ts';
import { slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { split } from './split.ts';
import { squeeze } from './squeeze.ts';
import { topK } from './top-k.ts';
import type { UpgradeRule } from './upgrade-rule.ts';
import { unsqueeze } from './unsqueeze.ts';
import { upsample } from './upsample.ts';

/** Every operator whose form changed between opset 7 and 18; what changed twice is listed in that order. */
export const upgradeRules: readonly UpgradeRule[] = [
  batchNormalization,
  clip,
  dropout,
  pad,
  ...reduce,
  ...resize,
  roiAlign,
  scan,
  scatter,
  slice,
  ...softmax,
  split,
  squeeze,
  topK,
  unsqueeze,
  upsample,
];
