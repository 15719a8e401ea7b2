import type { Graph } from './graph.ts';
import type { Node } from './node.ts';
import type { Inference } from './shapes/inference.ts';

/** What a graph does that only a network in training does. */
export interface TrainingMode {
  /** Nodes that normalise by the statistics of the batch: what they give for a sample depends on its neighbours. */
  readonly batchStatistics: number;
  /** Nodes that drop activations at random. */
  readonly dropout: number;
}

/**
 * Finds what an exporter writes for a network that was not put into evaluation mode: batch normalisations and dropouts in training mode, and batch
 * normalisations taken apart, whose means run over a batch of any size and over positions.
 */
export function trainingMode(graph: Graph, inference: Inference): TrainingMode {
  const batches = new Set(graph.inputs.map(({ shape }) => shape?.[0]).filter((size) => typeof size !== 'number'));
  let [batchStatistics, dropout] = [0, 0];
  for (const node of graph.nodes) {
    if (node.domain !== '') continue;
    if (node.operator === 'BatchNormalization' && isTraining(node)) batchStatistics += 1;
    if (node.operator === 'ReduceMean' && isOverBatch(node, graph, inference, batches)) batchStatistics += 1;
    const [, , training] = node.inputs;
    if (node.operator === 'Dropout' && training && graph.constant(training)?.values[0]) dropout += 1;
  }
  return { batchStatistics, dropout };
}

/** What a user should know of it where samples are fed `batch` at a time; nothing of a network in evaluation mode. */
export function trainingRemarks(
  { batchStatistics, dropout }: TrainingMode,
  batch: number | undefined,
): readonly string[] {
  const how =
    batch === 1
      ? 'samples are fed one at a time, so that none depends on another'
      : `a sample depends on the ${batch} that it is fed with`;
  const exported = 'the model was exported in training mode';
  const next = 'export it in evaluation mode';
  return [
    ...(batchStatistics === 0
      ? []
      : [`${exported}: ${batchStatistics} of its nodes normalise by the statistics of the batch, and ${how}; ${next}`]),
    ...(dropout === 0 ? [] : [`${exported}: ${dropout} of its nodes may drop activations at random; ${next}`]),
  ];
}

/** By its attribute, before opset 14 by outputs that only training has. */
function isTraining(node: Node): boolean {
  return node.int('training_mode', 0) !== 0 || node.outputs.slice(1).some(Boolean);
}

function isOverBatch(node: Node, graph: Graph, inference: Inference, batches: ReadonlySet<unknown>): boolean {
  const [data = '', listed] = node.inputs;
  const { shape } = inference.value(data);
  if (shape === undefined || shape.length < 3 || !batches.has(shape[0])) return false;
  const axes = listed ? graph.constant(listed)?.values : node.ints('axes');
  const places = Array.from(axes ?? [], (axis) => (axis + shape.length) % shape.length);
  // A mean over everything is a score; one that keeps the channels is a statistic of each.
  return places.includes(0) && places.length > 1 && places.length < shape.length;
}
