import type { Dimension, Evidence, ModelFacts, SubjectReading, TensorSpec } from '@understory/core';
import { batchesOf, closingOperatorOf, pictureInputOf } from '@understory/core';
import { folderFacts, labelsOf } from '../evidence/folder.ts';
import { nodesBehind } from '../evidence/graph.ts';
import { isBatch } from '../evidence/outputs.ts';
import { makersOf } from '../evidence/trace-element.ts';
import type { FormId } from './forms.ts';
import { arePlacesLastIn, classesOfRows, startOf } from './head.ts';

/** Sides of the cells, in pixels, of which detectors have a place or a few each. */
const grids = [
  [8, 16, 32],
  [16, 32],
  [8, 16, 32, 64],
  [4, 8, 16, 32],
];

/** What gives numbers by arithmetic, so that they are coordinates already. */
const arithmetic = new Set(['Mul', 'Add', 'Sub', 'Div', 'Pow', 'Exp']);
const mostAnchors = 3;
const layers = new Set(['Conv', 'Gemm', 'MatMul', 'QLinearConv', 'FusedConv']);

/** Readings of one output `[N, 4 + C, A]`, `[N, A, 5 + C]` or `[N, K, 6]`. */
export function rowReadings(facts: ModelFacts, spec: TensorSpec): readonly SubjectReading[] {
  const { dims } = spec;
  const [batch] = batchesOf(facts.model.inputs);
  if (dims?.length !== 3 || !isBatch(dims[0]!, batch)) return [];
  const sample = dims.slice(1);
  const isLast = arePlacesLastIn(facts.model, spec.name, sample);
  const [places, columns] = isLast ? [sample[1]!, sample[0]!] : [sample[0]!, sample[1]!];
  if (typeof columns !== 'number' || columns < 5) return [];
  return formsOf(facts, spec, { places, columns, isLast }).map(([form, evidence, why]) => ({
    ...{ evidence, form, tensors: { predictions: spec.name } },
    why: `${why}${besides(facts, form, columns)}`,
  }));
}

interface Rows {
  readonly places: Dimension;
  readonly columns: number;
  readonly isLast: boolean;
}

type Reason = readonly [FormId, Evidence, string];

function formsOf(facts: ModelFacts, spec: TensorSpec, { places, columns, isLast }: Rows): readonly Reason[] {
  const { graph } = facts.model;
  const { name } = spec;
  const { task, architectures } = folderFacts(facts.folder);
  const labels = labelsOf(facts)?.length;
  const isSaid =
    (task !== undefined && /^(?:detect|segment|pose|obb|object-detection)$/.test(task)) ||
    architectures.some((each) => /ForObjectDetection/i.test(each));
  const makers = graph === undefined ? [] : [...makersOf(graph, name)];
  const isClosed = makers.some((node) => closingOperatorOf(node) === 'Sigmoid');
  const isDecoded = makers.some(({ operator }) => arithmetic.has(operator));
  const isRaw = makers.some(({ operator }) => layers.has(operator)) && !isDecoded;
  const isGrid = areCells(places, facts);
  if (!isLast && columns === 6 && !isGrid) {
    const isRanked = graph !== undefined && [...nodesBehind(graph, name)].some(({ operator }) => operator === 'TopK');
    const about = `"${name}" holds corners, a score and a class for each of ${places} boxes`;
    if (isSaid) return [['end-to-end', 'folder', `the folder's task is ${task ?? 'object detection'}, and ${about}`]];
    if (isRanked) return [['end-to-end', 'graph', `the best are taken out by their scores: ${about}`]];
    if (graph === undefined && typeof places === 'number' && places % 100 === 0)
      return [['end-to-end', 'shape', about]];
    return [];
  }
  const fits = (form: FormId) => labels !== undefined && classesOfRows(facts, form, columns) === labels;
  const isOfQueries = isClosed && !isDecoded && !isRaw;
  const possible = isOfQueries ? (['rtdetr'] as const) : candidatesOf({ isLast, isDecoded, isRaw });
  // Labels that fit another order of the axes than usual tell that it is that one.
  const others = (['yolov8', 'yolov5'] as const).filter((form) => !isRaw && !isOfQueries && fits(form));
  const fitting = possible.some(fits) ? possible.filter(fits) : others;
  const left = fitting.length > 0 ? fitting : possible;
  const isFit = fitting.length > 0;
  const isTold = isClosed && (isDecoded || isRaw || isOfQueries);
  const evidence =
    isSaid || (isFit && isGrid) ? 'folder' : !isOfQueries && !isGrid ? 'task' : isTold ? 'graph' : 'shape';
  if (evidence === 'shape' && typeof places === 'string') return [];
  const why = isSaid
    ? `the folder's task is ${task ?? 'object detection'}, and "${name}"`
    : isFit
      ? `the ${labels} labels fit "${name}", which`
      : isClosed
        ? `sigmoids close the scores of "${name}", which`
        : `"${name}"`;
  return left.map((form) => [
    form,
    evidence,
    `${why} holds ${partsOf(form, columns)} for each of ${places === '' ? 'its' : places} places`,
  ]);
}

/** The forms that the order of the axes and the graph leave. */
function candidatesOf({
  isLast,
  isDecoded,
  isRaw,
}: {
  readonly isLast: boolean;
  readonly isDecoded: boolean;
  readonly isRaw: boolean;
}): readonly FormId[] {
  if (isRaw) return ['yolox'];
  if (isLast) return ['yolov8'];
  return isDecoded ? ['yolov5'] : ['yolov5', 'yolox'];
}

function partsOf(form: FormId, columns: number): string {
  const count = columns - startOf(form);
  const box = form === 'yolox' ? 'a box as offsets in its cell' : 'a box';
  return `${box}${startOf(form) === 5 ? ', its objectness' : ''} and ${count} more`;
}

/** What of a place is not read. */
function besides(facts: ModelFacts, form: FormId, columns: number): string {
  if (form === 'end-to-end') return columns > 6 ? `; ${columns - 6} numbers of each are left out` : '';
  const rest = columns - startOf(form) - classesOfRows(facts, form, columns);
  return rest === 0 ? '' : `; ${rest} numbers of each, of masks, points or angles, are left out`;
}

/** Whether there are as many places as cells of the usual sides in the picture, or a few times as many; true where it is only known when the model runs. */
function areCells(places: Dimension, { model, input }: ModelFacts): boolean {
  if (typeof places === 'string') return true;
  const pictures = model.inputs.filter(({ dims }) => dims?.length === 4);
  const name = input ?? pictures[0]?.name;
  if (name === undefined || (input === undefined && pictures.length > 1)) return false;
  const { size } = pictureInputOf(model, name);
  if (size === undefined) return false;
  return grids.some((sides) => {
    const cells = sides.map((side) => Math.ceil(size.height / side) * Math.ceil(size.width / side));
    const count = cells.reduce((sum, each) => sum + each, 0);
    return places % count === 0 && places / count <= mostAnchors;
  });
}
