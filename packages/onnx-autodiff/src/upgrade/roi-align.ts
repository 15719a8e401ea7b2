import type { UpgradeRule } from './upgrade-rule.ts';

/** Opset 16 shifts the regions by half a pixel unless told otherwise. */
export const roiAlign: UpgradeRule = {
  operator: 'RoiAlign',
  changedIn: 16,
  upgrade: (node) => node.with({ attributes: { coordinate_transformation_mode: 'output_half_pixel' } }),
};
