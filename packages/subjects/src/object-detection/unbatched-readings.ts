import type { ModelFacts, SubjectReading } from '@understory/core';
import { isFloat } from '@understory/core';
import { nodesBehind } from '../evidence/graph.ts';

/** What takes out as many boxes as it finds. */
const suppressions = new Set(['NonMaxSuppression', 'NonZero', 'TopK']);

/** The reading of boxes `[K, 4]` beside scores `[K]` and classes `[K]` of one picture, as torchvision's detectors are exported. */
export function unbatchedReadings({ model, outputs: asked }: ModelFacts): readonly SubjectReading[] {
  const { graph } = model;
  const outputs = model.outputs.filter(({ name }) => asked === undefined || asked.includes(name));
  const boxes = outputs.filter((spec) => isFloat(spec) && spec.dims?.length === 2 && spec.dims[1] === 4);
  const lists = outputs.filter(({ dims }) => dims?.length === 1);
  const scores = lists.filter(isFloat);
  const labels = lists.filter((spec) => !isFloat(spec));
  if (boxes.length !== 1 || scores.length !== 1 || labels.length !== 1) return [];
  const isSuppressed =
    graph !== undefined && [...nodesBehind(graph, scores[0]!.name)].some(({ operator }) => suppressions.has(operator));
  const [places] = boxes[0]!.dims!;
  const tensors = { boxes: boxes[0]!.name, scores: scores[0]!.name, labels: labels[0]!.name };
  const why = `"${tensors.boxes}" holds the boxes of one picture that are left by a suppression, "${tensors.scores}" their scores, "${tensors.labels}" their classes`;
  return isSuppressed || typeof places === 'string'
    ? [{ evidence: isSuppressed ? 'graph' : 'shape', why, tensors, form: 'unbatched' }]
    : [];
}
