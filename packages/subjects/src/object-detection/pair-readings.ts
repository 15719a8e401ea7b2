import type { Evidence, Model, ModelFacts, SubjectReading, TensorSpec } from '@understory/core';
import { batchesOf, closingNode } from '@understory/core';
import { folderFacts, labelsOf } from '../evidence/folder.ts';
import { isBatch } from '../evidence/outputs.ts';
import type { FormId } from './forms.ts';
import { columnsOfPair } from './head.ts';

const boxWords = /box|loc|coord/i;
const scoreWords = /score|logit|conf|prob|cls|class/i;
const labelWords = /label|class|categor/i;
/** Networks of transformers that end with a softmax over the classes and "no object". */
const withNoObject = /^(?:Detr|Yolos|TableTransformer)/;
const withQueries = /Detr|DETR|Yolos|TableTransformer|DFine|GroundingDino|Deta|OwlV/;

interface Pair {
  readonly boxes: TensorSpec;
  readonly scores: TensorSpec;
  readonly labels?: TensorSpec;
}

/** Readings of boxes `[N, Q, 4]` beside scores `[N, Q, C]`, or beside a score and a class for each. */
export function pairReadings(facts: ModelFacts, candidates: readonly TensorSpec[]): readonly SubjectReading[] {
  const { model } = facts;
  return pairsOf(facts, candidates)
    .flatMap((pair) =>
      judged(facts, pair).map(([form, evidence, why]): SubjectReading => ({
        ...{ evidence, form, why },
        tensors: {
          boxes: pair.boxes.name,
          scores: pair.scores.name,
          ...(pair.labels && { labels: pair.labels.name }),
        },
      })),
    )
    .filter(({ tensors }) => tensors['boxes'] !== tensors['scores'] && model.outputs.length > 1);
}

function pairsOf({ model, outputs }: ModelFacts, candidates: readonly TensorSpec[]): readonly Pair[] {
  const [batch] = batchesOf(model.inputs);
  const ofBatch = candidates.filter(({ dims }) => dims !== undefined && dims.length > 1 && isBatch(dims[0]!, batch));
  const boxed = preferred(
    ofBatch.filter(({ dims }) => isOfBoxes(dims!)),
    boxWords,
  );
  const pairs = boxed.flatMap((boxes) => {
    const places = boxes.dims![1]!;
    const isBeside = ({ name, dims }: TensorSpec, rank: number) => name !== boxes.name && dims?.length === rank;
    const scored = ofBatch.filter(
      (spec) => isBeside(spec, 3) && (spec.dims![1] === places || spec.dims![2] === places),
    );
    const pairs = preferred(scored, scoreWords).map((scores): Pair => ({ boxes, scores }));
    if (pairs.length > 0) return pairs;
    const lists = ofBatch.filter((spec) => isBeside(spec, 2) && spec.dims![1] === places);
    const scores = lists.filter(({ name }) => scoreWords.test(name) && !/class(?:es)?$|label/i.test(name));
    // Classes may be whole numbers.
    const labels = model.outputs.filter(
      (spec) => isBeside(spec, 2) && spec.dims![1] === places && labelWords.test(spec.name) && spec !== scores[0],
    );
    return scores.length === 1 && labels.length === 1 ? [{ boxes, scores: scores[0]!, labels: labels[0]! }] : [];
  });
  return outputs === undefined
    ? pairs
    : pairs.filter(({ boxes, scores }) => outputs.includes(boxes.name) && outputs.includes(scores.name));
}

function isOfBoxes(dims: readonly (number | string)[]): boolean {
  return (dims.length === 3 && dims[2] === 4) || (dims.length === 4 && dims[2] === 1 && dims[3] === 4);
}

/** Those whose names speak of it, where there are any: others are for training. */
function preferred(specs: readonly TensorSpec[], words: RegExp): readonly TensorSpec[] {
  const named = specs.filter(({ name }) => words.test(name) && !/aux|enc_/i.test(name));
  return named.length > 0 ? named : specs;
}

type Reason = readonly [FormId, Evidence, string];

function judged(facts: ModelFacts, { boxes, scores, labels: given }: Pair): readonly Reason[] {
  const { model } = facts;
  const { architectures, task } = folderFacts(facts.folder);
  const architecture = architectures.find((each) => /Detection|ForSegmentation/i.test(each));
  const isSaid = architecture !== undefined || task === 'object-detection' || task === 'detect';
  const labels = labelsOf(facts)?.length;
  const columns = columnsOfPair(scores, boxes);
  const about = `"${boxes.name}" holds boxes and "${scores.name}" their scores`;
  const areNamed = boxWords.test(boxes.name) && scoreWords.test(scores.name);
  const closing = closingOf(model, scores);
  const isFit = labels !== undefined && columns !== undefined && (columns === labels || columns === labels + 1);
  const evidence: Evidence = isSaid || isFit ? 'folder' : areNamed || closing !== undefined ? 'graph' : 'shape';
  const why =
    architecture !== undefined
      ? `the folder's architecture is ${architecture}, and ${about}`
      : isFit
        ? `the ${labels} labels fit "${scores.name}", beside which are the boxes of "${boxes.name}"`
        : about;
  if (given !== undefined) return [['detections', evidence, `${about}, with classes in "${given.name}"`]];
  const isOfQueries =
    architectures.some((each) => withQueries.test(each)) ||
    boxes.name === 'pred_boxes' ||
    closingOf(model, boxes) === 'Sigmoid';
  if (isOfQueries) {
    const isNoObject = architectures.some((each) => withNoObject.test(each))
      ? true
      : architecture !== undefined
        ? false
        : undefined;
    const isMore = isFit
      ? columns === labels + 1
      : (isNoObject ?? (closing === 'Softmax' ? true : closing === 'Sigmoid' ? false : undefined));
    if (isMore !== undefined) return [[isMore ? 'detr' : 'detr-sigmoid', evidence, why]];
    // Whether the last column is "no object" cannot be seen from the numbers.
    return [
      ['detr', evidence, `${why}, the last of which may be of "no object"`],
      ['detr-sigmoid', evidence, `${why}, each of which may be of a class`],
    ];
  }
  const isBackground = isFit ? columns === labels + 1 : closing === 'Softmax';
  return [[isBackground ? 'boxes-scores-background' : 'boxes-scores', evidence, why]];
}

function closingOf({ graph }: Model, { name }: TensorSpec): string | undefined {
  const operator = closingNode(graph, name)?.operator;
  return operator === 'Softmax' || operator === 'Sigmoid' ? operator : undefined;
}
