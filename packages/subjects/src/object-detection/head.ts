import type { Model, ModelFacts, SubjectReading, TensorSpec } from '@understory/core';
import { closingOperatorOf } from '@understory/core';
import { folderFacts } from '../evidence/folder.ts';
import { producersOf } from '../evidence/graph.ts';
import { makersOf } from '../evidence/trace-element.ts';
import type { FormId } from './forms.ts';
import { sceneOfPairs } from './pairs.ts';
import { sceneOfRows } from './rows.ts';
import type { Sample, Scene, Size } from './scene.ts';

/** How the outputs of a detector become boxes and scores. */
export interface DetectionHead {
  /** By part: `predictions`, or `boxes`, `scores` and perhaps `labels`. */
  readonly tensors: Readonly<Record<string, string>>;
  /** The output that holds the scores. */
  readonly scores: string;
  /** Undefined where neither the model nor the labels tell. */
  readonly classes: number | undefined;
  /** Whether the scores are probabilities in the output already; undefined where the numbers themselves tell. */
  readonly areProbabilities: boolean | undefined;
  /** The samples are by part, as `tensors` is. */
  scene(parts: Readonly<Record<string, Sample>>, size: Size): Scene;
}

export function headOf(facts: ModelFacts, { tensors }: SubjectReading, form: FormId): DetectionHead {
  const { model, labels } = facts;
  const { predictions, boxes } = tensors;
  if (predictions !== undefined || boxes === undefined) {
    const scores = predictions ?? Object.values(tensors)[0]!;
    const dims = specOf(model, scores)?.dims?.slice(1) ?? [];
    const wanted = startOf(form) + (labels?.length ?? NaN);
    const isPlacesLast = form !== 'end-to-end' && lieLast(dims, wanted, () => arePlacesLastIn(model, scores, dims));
    const columns = dims[isPlacesLast ? 0 : 1];
    const classes =
      form === 'end-to-end' || typeof columns !== 'number' ? labels?.length : classesOfRows(facts, form, columns);
    return {
      ...{ tensors: { predictions: scores }, scores, classes, areProbabilities: true },
      scene: (parts, size) => sceneOfRows(parts['predictions']!, { form, classes, isPlacesLast, size }),
    };
  }
  const scores = tensors['scores']!;
  const isLabelled = tensors['labels'] !== undefined;
  const width = isLabelled ? undefined : columnsOfPair(specOf(model, scores), specOf(model, boxes));
  const isOneMore = form === 'detr' || form === 'boxes-scores-background';
  const classes = isLabelled ? labels?.length : width === undefined ? undefined : isOneMore ? width - 1 : width;
  const makers = model.graph === undefined ? [] : [...makersOf(model.graph, scores)];
  const isClosed = makers.some((node) => closingOperatorOf(node) !== undefined);
  const areProbabilities = isLabelled || isClosed ? true : form.startsWith('detr') ? false : undefined;
  return {
    ...{ tensors, scores, classes, areProbabilities },
    scene: ({ boxes: places, scores: judged, labels: given }, size) =>
      sceneOfPairs({ boxes: places!, scores: judged!, labels: given }, { form, classes, size, areProbabilities }),
  };
}

/** Whether the axis of the places, much longer than that of the numbers of each, is the last one of a sample. */
function arePlacesLast([first, second]: readonly (number | string)[]): boolean {
  return typeof first === 'number' && (typeof second !== 'number' || first < second);
}

/** The same, where a graph puts scores that a sigmoid closes beside boxes: that axis is the one of the numbers. */
export function arePlacesLastIn({ graph }: Model, name: string, sample: readonly (number | string)[]): boolean {
  const producers = graph === undefined ? undefined : producersOf(graph);
  let [node, isTurned] = [producers?.get(name), false];
  while (node !== undefined && ['Identity', 'Cast', 'Transpose'].includes(node.operator)) {
    if (node.operator === 'Transpose') isTurned = !isTurned;
    node = producers?.get(node.inputs[0]!);
  }
  const axis = node?.operator === 'Concat' ? Number(node.attributes['axis']) : 0;
  const isClosed = node?.inputs.map((input) => closingOperatorOf(producers?.get(input)) === 'Sigmoid') ?? [];
  const isBeside = isClosed.includes(true) && isClosed.includes(false);
  if (!isBeside || axis === 0) return arePlacesLast(sample);
  return (axis === 1 || axis === -2) !== isTurned;
}

/** The same, where one of the axes is as long as the labels ask for. */
function lieLast(dims: readonly (number | string)[], wanted: number, otherwise: () => boolean): boolean {
  const [isFirst, isSecond] = [dims[0] === wanted, dims[1] === wanted];
  return isFirst === isSecond ? otherwise() : isFirst;
}

/** How many numbers of a place are scores of classes: the rest are coefficients of masks, points or an angle, which are left out. */
export function classesOfRows(facts: ModelFacts, form: FormId, columns: number): number {
  const count = columns - startOf(form);
  const labels = facts.labels?.length;
  return labels !== undefined && labels < count && isBeside(facts, count - labels) ? labels : count;
}

/** In which column the scores of the classes start. */
export function startOf(form: FormId): number {
  return form === 'yolov5' || form === 'yolox' ? 5 : 4;
}

/** Whether so many numbers of a place are of something else than its box and class. */
function isBeside({ folder, model }: ModelFacts, count: number): boolean {
  const { task } = folderFacts(folder);
  if (task === 'segment' || task === 'pose' || task === 'obb') return true;
  return model.outputs.some(({ dims }) => dims?.length === 4 && (dims[1] === count || dims[3] === count));
}

function specOf({ outputs, layers }: Model, name: string): TensorSpec | undefined {
  return [...outputs, ...layers].find((tensor) => tensor.name === name);
}

/** How many scores each box has. */
export function columnsOfPair(scores: TensorSpec | undefined, boxes: TensorSpec | undefined): number | undefined {
  const [, first, second] = scores?.dims ?? [];
  const places = boxes?.dims?.[1];
  const columns = first === places || typeof first !== 'number' ? second : first;
  return typeof columns === 'number' ? columns : undefined;
}
