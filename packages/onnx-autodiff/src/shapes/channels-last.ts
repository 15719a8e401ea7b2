import type { Shape } from '../types.ts';
import type { ShapeContext, ShapeRule } from './shape-rule.ts';

/** What a rule finds for channels in front, where the node has them last. */
export const channelsLast =
  (rule: ShapeRule, isLast: (c: ShapeContext) => boolean = (c) => c.node.int('channels_last', 0) === 1): ShapeRule =>
  (c) => {
    if (!isLast(c)) return rule(c);
    const turned = (shape: Shape): Shape => shape && [shape[0]!, shape.at(-1)!, ...shape.slice(1, -1)];
    return rule({
      ...c,
      input: (at) => {
        const value = c.input(at);
        return at === 0 && value ? { ...value, shape: turned(value.shape) } : value;
      },
      set: (output, type, shape) => c.set(output, type, shape && [shape[0]!, ...shape.slice(2), shape[1]!]),
    });
  };
