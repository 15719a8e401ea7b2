import * as tf from '@tensorflow/tfjs-core';
import type { Step } from '@understory/backend-tfjs/engine';
import { Inference, type Graph, type Node } from '@understory/onnx-autodiff';
import { Constants } from './constants.ts';
import type { Layout } from './operator.ts';
import { checkShapes, prepare } from './prepare.ts';

/** Hands out a tensor that is computed, in a layout. */
type ValueOf = (name: string, layout: Layout) => tf.Tensor;

/** A node made ready for inputs of certain sizes. */
export interface PlannedStep extends Step {
  readonly run: (valueOf: ValueOf) => readonly tf.Tensor[];
}

/** What stays the same whatever the sizes. */
export interface PlanBase {
  /** How messages call the model. */
  readonly model: string;
  /** One a node. */
  readonly steps: readonly Step[];
  readonly layoutOf: (name: string) => Layout;
  readonly constants: Constants;
}

/** The nodes of a graph made ready for inputs of certain sizes: what follows from the sizes alone is no step. */
export class Plan {
  readonly steps: readonly PlannedStep[];
  readonly constants: Constants;

  /** Throws OPERATOR_UNSUPPORTED, and RUN_FAILED for shapes that ONNX forbids. */
  constructor(graph: Graph, { model, steps, layoutOf, constants: parent }: PlanBase) {
    const inference = new Inference(graph);
    const constants = new Constants({ model, graph, inference, parent });
    this.constants = constants;
    this.steps = graph.nodes.flatMap((node, at): PlannedStep[] => {
      if (node.outputs.every((name) => name === '' || constants.has(name))) {
        checkShapes(node, { model, inference, constants });
        return [];
      }
      const step = steps[at]!;
      const layout = layoutOf(node.outputs.find(Boolean) ?? '');
      const compute = prepare(node, { model, inference, constants, layout });
      return [
        {
          ...step,
          inputs: step.inputs.filter((name) => !constants.has(name)),
          run: (valueOf) =>
            computed(node, layout, compute, (name, asked) =>
              constants.has(name) ? constants.tensor(name, asked) : valueOf(name, asked),
            ),
        },
      ];
    });
  }
}

function computed(
  node: Node,
  layout: Layout,
  compute: ReturnType<typeof prepare>,
  valueOf: ValueOf,
): readonly tf.Tensor[] {
  const inputs = new Set<tf.Tensor>();
  const results = compute((input, asked = layout) => {
    const tensor = valueOf(node.inputs[input]!, asked);
    inputs.add(tensor);
    return tensor;
  });
  // What is handed on as it came is another tensor all the same: gradients of the two are not.
  return [results].flat().map((result) => (inputs.has(result) ? tf.clone(result) : result));
}
