import type { GraphNode, GraphView, Layout, Model } from '@understory/core';
import { affineStepOf } from './affine-steps.ts';
import type { Pull } from './affine-steps.ts';
import { producerOf } from './constant-of.ts';
import { camErrors } from './errors.ts';
import { poolingOf } from './pooling.ts';
import type { Pooling } from './pooling.ts';

/** Explainers that do not need a pooled linear head. */
export const alternatives = ['gradcam', 'layercam', 'hirescam', 'scorecam'] as const;

/** What lies between a feature map and an output: an average over all places and then affine layers alone. */
export interface LinearHead {
  readonly pooling: Pooling;
  /** From weights of the output's elements to weights of the feature map's channels. */
  readonly pull: Pull;
}

/** The head in front of an output or layer, found in the model's graph; throws CAM_NOT_APPLICABLE with the reason. */
export function findLinearHead(model: Model, graph: GraphView, output: string, layout?: Layout): LinearHead {
  const { head, reason, node } = follow(model, graph, output, layout);
  if (head !== undefined) return head;
  throw camErrors.camNotApplicable({ reason: reason ?? reasonAgainst(model, graph, output, node), alternatives });
}

type Followed =
  | { readonly head: LinearHead; readonly reason?: never; readonly node?: never }
  | { readonly reason: string; readonly head?: never; readonly node?: never }
  | { readonly node: GraphNode; readonly head?: never; readonly reason?: never };

/** Goes back from an output through affine layers to a pooling, or to a reason or node that ends the way. */
function follow(model: Model, graph: GraphView, output: string, layout?: Layout): Followed {
  const pulls: Pull[] = [];
  let name = output;
  for (;;) {
    const node = producerOf(graph, name);
    if (node === undefined) return { reason: `no average over all places lies between the input and "${output}"` };
    const pooling = poolingOf(model, graph, node, layout);
    if (typeof pooling === 'string') return { reason: pooling };
    if (pooling !== undefined) return { head: { pooling, pull: chained(pulls) } };
    const step = affineStepOf(graph, node);
    if (step === undefined) return { node };
    pulls.push(step.pull);
    name = step.input;
  }
}

function reasonAgainst(model: Model, graph: GraphView, output: string, node: GraphNode): string {
  const what = `${node.operator} "${node.name}"`;
  if (node.operator === 'Softmax' || node.operator === 'LogSoftmax') {
    return `"${output}" lies behind ${what}; the scores in front of it, "${node.inputs[0]}", can be explained`;
  }
  const isPooled = node.inputs.some((input) => follow(model, graph, input).head !== undefined);
  return isPooled
    ? `${what} stands between the pooling and "${output}", where CAM follows nothing but one chain of linear layers`
    : `${what} stands in front of "${output}", and no average over all places right in front of it`;
}

function chained(pulls: readonly Pull[]): Pull {
  return (weights) =>
    pulls.reduce(
      (sum, pull) => {
        const pulled = pull(sum.weights);
        return { weights: pulled.weights, constant: sum.constant + pulled.constant };
      },
      { weights, constant: 0 },
    );
}
