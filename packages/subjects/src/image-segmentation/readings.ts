import type { Dimension, Evidence, ImageLayout, ModelFacts, SubjectReading, TensorSpec } from '@understory/core';
import { batchesOf, isFloat, pictureInputOf } from '@understory/core';
import { folderFacts, labelsOf } from '../evidence/folder.ts';
import { nodesBehind } from '../evidence/graph.ts';
import { isAuxiliary, namedAs } from '../evidence/names.ts';
import { answersOf, isBatch } from '../evidence/outputs.ts';
import { isEmbeddingWidth } from '../evidence/sizes.ts';
import { lastOf, orders, scoresOf, type Order } from './maps.ts';

/** What makes maps larger. */
const upsamplings = new Set(['Resize', 'Upsample', 'ConvTranspose', 'DepthToSpace']);
/** Maps are at most so many times smaller than the picture. */
const largestStep = 32;
/** Pictures have as many channels; maps of so few classes are not told from them. */
const mostChannels = 4;
const maskWords = /mask|segm|saliency|matte|foreground/i;

/** An output that holds a number for each pixel, or for each class and pixel. */
interface PixelMap {
  readonly spec: TensorSpec;
  readonly order: Order;
  /** Undefined where each pixel has its class. */
  readonly classes: number | undefined;
  /** How many times smaller than the picture; undefined where that is only known when the model runs. */
  readonly step: number | undefined;
}

/** Every output that may hold classes of pixels. */
export function segmentationReadings(facts: ModelFacts): readonly SubjectReading[] {
  const maps = mapsOf(facts);
  const fitting = maps.filter((map) => fitsLabels(map, facts));
  const main = maps.filter(({ spec }) => !isAuxiliary(spec.name));
  return maps.map((map): SubjectReading => {
    const { spec } = map;
    const scores = scoresOf(facts.model, spec, map.order);
    const [evidence, why] = says(map, { facts, fitting, main });
    return {
      ...{
        evidence,
        why: scores === undefined ? `${why}, and the scores that decide about them cannot be asked for` : why,
      },
      tensors: { scores: spec.name },
      form: map.order,
    };
  });
}

interface Company {
  readonly facts: ModelFacts;
  readonly fitting: readonly PixelMap[];
  readonly main: readonly PixelMap[];
}

function says(map: PixelMap, { facts, fitting, main }: Company): readonly [Evidence, string] {
  const { spec, classes, step, order } = map;
  const { name } = spec;
  const { architectures, task } = folderFacts(facts.folder);
  const { graph } = facts.model;
  const about =
    classes === undefined
      ? `"${name}" holds a class for each pixel`
      : `"${name}" holds ${classes === 1 ? 'a number' : `${classes} numbers`} for each pixel`;
  const isMain = !isAuxiliary(name);
  const isOnly = main.length === 1 && main[0] === map;
  const architecture = architectures.find((each) => /ForSemanticSegmentation/i.test(each));
  if (isOnly && architecture !== undefined)
    return ['folder', `the folder's architecture is ${architecture}, and ${about}`];
  if (isOnly && /^(?:image|semantic)-segmentation$/.test(task ?? ''))
    return ['folder', `the folder's task is ${task}, and ${about}`];
  if (isMain && fitting.includes(map) && fitting.filter((each) => main.includes(each)).length === 1) {
    return ['folder', `the ${labelsOf(facts)!.length} labels fit the pixels of "${name}"`];
  }
  if (isBesideRows(map, facts))
    return ['task', `${about}, but other outputs hold boxes or queries, which its masks may belong to`];
  const last = lastOf(graph, name)?.operator;
  const level: Evidence = isMain ? 'graph' : 'shape';
  if (last === 'ArgMax') return [level, `a maximum over classes decides about each pixel of "${name}"`];
  const isNamed = maskWords.test(name);
  if ((last === 'Softmax' || last === 'LogSoftmax') && classes !== 1)
    return [level, `a softmax over ${classes} classes closes each pixel of "${name}"`];
  if (classes === undefined) return ['task', about];
  if (isNamed && (classes > 1 || last === 'Sigmoid')) return [level, `${about}, and its name speaks of masks`];
  if (namedAs(name) === 'features' || namedAs(name) === 'numbers')
    return ['task', `${about}, though its name does not speak of classes`];
  const isEnlarged =
    graph !== undefined && [...nodesBehind(graph, name)].some(({ operator }) => upsamplings.has(operator));
  const isOfClasses = classes >= mostChannels && (!isEmbeddingWidth(classes) || last === 'Sigmoid');
  if (isOfClasses && isEnlarged && step === 1 && order !== orders.mask) {
    return [level, `${about} of the picture, enlarged to its size`];
  }
  return ['task', `${about}: classes, features, points, depth or a picture`];
}

/** Whether another output holds rows of numbers, such as the boxes of a detector or the classes of queries. */
function isBesideRows({ spec }: PixelMap, facts: ModelFacts): boolean {
  const maps = new Set(mapsOf(facts).map((each) => each.spec.name));
  return answersOf(facts).some(({ name, dims }) => name !== spec.name && dims?.length === 3 && !maps.has(name));
}

/** Whether the labels of the classes are as many as the numbers of a pixel; one number can be of one class or of two. */
function fitsLabels({ classes }: PixelMap, facts: ModelFacts): boolean {
  const labels = labelsOf(facts)?.length;
  if (labels === undefined || classes === undefined) return false;
  return classes === 1 ? labels <= 2 : classes === labels;
}

function mapsOf(facts: ModelFacts): readonly PixelMap[] {
  const { model, outputs } = facts;
  const [batch] = batchesOf(model.inputs);
  // Classes of pixels may be whole numbers.
  const whole = model.outputs.filter(
    (spec) => !isFloat(spec) && (outputs === undefined || outputs.includes(spec.name)),
  );
  const candidates = [...answersOf(facts), ...whole];
  const picture = pictureOf(facts);
  return candidates.flatMap((spec): readonly PixelMap[] => {
    const { dims } = spec;
    if (dims === undefined || dims.length < 3 || dims.length > 4 || !isBatch(dims[0]!, batch)) return [];
    if (dims.length === 4 && isFloat(spec) && dims[1] !== 1 && dims[3] !== 1) {
      const [first, last] = [stepOf(dims[2]!, dims[3]!, picture?.size), stepOf(dims[1]!, dims[2]!, picture?.size)];
      const isLast = first === false ? last !== false : last !== false && picture?.layout === 'NHWC';
      const step = isLast ? last : first;
      const classes = isLast ? dims[3] : dims[1];
      if (step === false || typeof classes !== 'number') return [];
      return [{ spec, order: isLast ? orders.classesLast : orders.classesFirst, classes, step }];
    }
    const space =
      dims.length === 3 ? dims.slice(1) : dims[1] === 1 ? dims.slice(2) : dims[3] === 1 ? dims.slice(1, 3) : [];
    const step = space.length === 2 ? stepOf(space[0]!, space[1]!, picture?.size) : false;
    if (step === false || (dims.length === 3 && isFloat(spec) && step !== 1)) return [];
    return [{ spec, order: orders.mask, classes: isFloat(spec) ? 1 : undefined, step }];
  });
}

interface Picture {
  readonly layout: ImageLayout;
  /** In pixels; undefined where it is only known when the model runs. */
  readonly size: { readonly height: number; readonly width: number } | undefined;
}

function pictureOf({ model, input }: ModelFacts): Picture | undefined {
  const pictures = model.inputs.filter(({ dims }) => dims?.length === 4);
  const name = input ?? (pictures.length === 1 ? pictures[0]!.name : undefined);
  return name === undefined ? undefined : pictureInputOf(model, name);
}

/** How many times smaller than the picture a map is: the same for both sides; false where it is no map of it. */
function stepOf(rows: Dimension, columns: Dimension, size: Picture['size']): number | undefined | false {
  if (typeof rows === 'string' || typeof columns === 'string')
    return typeof rows === typeof columns ? undefined : false;
  if (rows < 2 || columns < 2) return false;
  if (size === undefined) return undefined;
  const step = Math.round(size.height / rows);
  if (step < 1 || step > largestStep) return false;
  const fits = (all: number, part: number) => part === Math.floor(all / step) || part === Math.ceil(all / step);
  return fits(size.height, rows) && fits(size.width, columns) ? step : false;
}
