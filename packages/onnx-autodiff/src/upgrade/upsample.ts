import type { UpgradeRule } from './upgrade-rule.ts';

/** Opset 10 replaced it by Resize; its scales were an attribute in opset 7 and are an input since 9. */
export const upsample: UpgradeRule = {
  operator: 'Upsample',
  changedIn: 10,
  upgrade(node, { constant }) {
    const [x, input] = node.inputs;
    const nearest = node.string('mode', 'nearest') === 'nearest';
    return node.with({
      operator: 'Resize',
      inputs: [x!, '', input || constant('float32', node.floats('scales', []))],
      attributes: {
        scales: undefined,
        mode: nearest ? 'nearest' : 'linear',
        coordinate_transformation_mode: 'asymmetric',
        ...(nearest && { nearest_mode: 'floor' }),
      },
    });
  },
};
