import { errors as sharedErrors } from '@understory/backend-tfjs/engine';
import type { Inference, Node } from '@understory/onnx-autodiff';
import { errors } from './errors.ts';
import type { KnownConstants } from './known-constants.ts';
import type { Compute, Layout, Operator } from './operator.ts';
import { operators } from './operators/index.ts';
import { forbidden } from './shape-rules.ts';

export interface Preparation {
  /** How messages call the model. */
  readonly model: string;
  readonly inference: Inference;
  readonly constants: KnownConstants;
  readonly layout: Layout;
}

/** A node made ready to be computed; throws OPERATOR_UNSUPPORTED, and RUN_FAILED for shapes that ONNX forbids. */
export function prepare(node: Node, { model, inference, constants, layout }: Preparation): Compute {
  checkShapes(node, { model, inference, constants });
  const nameOf = (input: number) => node.inputs[input] ?? '';
  const refuse = (detail: string): never => {
    throw errors.form(titleOf(node), model, detail);
  };
  const sizes = (name: string, what: string): readonly number[] => {
    const { shape } = inference.value(name);
    const isKnown = shape?.every((size) => typeof size === 'number') ?? false;
    return isKnown ? (shape as readonly number[]) : refuse(`${what} whose shape cannot be told ahead`);
  };
  const fixed = (input: number) => {
    const name = nameOf(input);
    return constants.has(name) ? name : refuse(`input ${input} ("${name}") computed from what is fed`);
  };
  return operatorOf(node, model).prepare({
    node,
    layout,
    count: node.inputs.length,
    refuse,
    has: (input) => nameOf(input) !== '',
    isStatic: (input) => constants.has(nameOf(input)),
    type: (input) => inference.value(nameOf(input)).type,
    rank: (input) =>
      inference.value(nameOf(input)).shape?.length ?? refuse(`input ${input} whose rank cannot be told ahead`),
    shape: (input) => sizes(nameOf(input), `input ${input}`),
    outputType: (output = 0) => inference.value(node.outputs[output] ?? '').type,
    numbers: (input) => constants.numbers(fixed(input)),
    weight: (input, form, make) => constants.of(fixed(input), form, make),
    made: (form, make) => constants.made(`${form} of ${node.outputs.join()}`, make),
  });
}

/** Holds what a node reads against what ONNX says of its shapes, as far as these are known; throws RUN_FAILED. */
export function checkShapes(node: Node, { model, inference, constants }: Omit<Preparation, 'layout'>): void {
  const nameOf = (input: number) => node.inputs[input] ?? '';
  const shapeOf = (name: string) => {
    const shape = name === '' ? undefined : inference.value(name).shape;
    return shape?.every((size) => typeof size === 'number') ? shape : undefined;
  };
  const found = forbidden({
    node,
    count: node.inputs.length,
    results: node.outputs.map(shapeOf),
    shape: (input) => shapeOf(nameOf(input)),
    numbers: (input) => (constants.has(nameOf(input)) ? constants.numbers(nameOf(input)) : undefined),
  });
  if (found !== undefined) throw sharedErrors.shapesRefused({ what: titleOf(node), model, found });
}

/** Throws OPERATOR_UNSUPPORTED. */
export function operatorOf(node: Node, model: string): Operator {
  const operator = node.domain === '' ? operators[node.operator] : undefined;
  if (operator === undefined) throw errors.operator(titleOf(node), model);
  return operator;
}

/** How messages call a node: `Conv "/layer1/conv"`. */
export function titleOf({ domain, operator, name }: Node): string {
  return `${domain === '' ? operator : `${domain}.${operator}`} "${name}"`;
}
