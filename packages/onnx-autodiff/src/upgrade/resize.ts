import { errors } from '../errors.ts';
import type { UpgradeRule } from './upgrade-rule.ts';

/**
 * Opset 10 knew scales only and no coordinate modes: what is now `asymmetric`, with the nearest element below when an axis
 * grows and above when it shrinks, as ONNX Runtime has it.
 */
const coordinateModes: UpgradeRule = {
  operator: 'Resize',
  changedIn: 11,
  upgrade(node, { before, constant, numbers }) {
    const [x, scales] = node.inputs as [string, string];
    const mode = node.string('mode', 'nearest');
    const asymmetric = { coordinate_transformation_mode: 'asymmetric' } as const;
    if (mode !== 'nearest') return node.with({ inputs: [x, '', scales], attributes: asymmetric });
    const known = numbers(scales);
    const nearest = (input: string, by: string, nearest_mode: string) =>
      node.with({ inputs: [input, '', by], attributes: { mode, ...asymmetric, nearest_mode } });
    if (known?.every((scale) => scale >= 1)) return nearest(x, scales, 'floor');
    if (known?.every((scale) => scale <= 1)) return nearest(x, scales, 'ceil');
    const one = constant('float32', [1], []);
    const grown = before('Resize', [x, '', before('Max', [scales, one])], {
      mode,
      ...asymmetric,
      nearest_mode: 'floor',
    });
    return nearest(grown, before('Min', [scales, one]), 'ceil');
  },
};

/** Opset 13 made the inputs optional that before had to be given as empty tensors, and dropped a coordinate mode. */
const optionalInputs: UpgradeRule = {
  operator: 'Resize',
  changedIn: 18,
  upgrade(node, { value }) {
    const mode = node.string('coordinate_transformation_mode', 'half_pixel');
    if (mode === 'tf_half_pixel_for_nn') {
      throw errors.upgrade('Resize', node.name, `coordinate_transformation_mode ${mode}`, 'a mode that opset 13 kept');
    }
    const isEmpty = (name: string) => name === '' || value(name).shape?.some((size) => size === 0) === true;
    const inputs = node.inputs.map((name, at) => (at > 0 && isEmpty(name) ? '' : name));
    return node.with({ inputs });
  },
};

export const resize: readonly UpgradeRule[] = [coordinateModes, optionalInputs];
