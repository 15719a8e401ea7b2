import type {
  Answer,
  AnswerOption,
  Feeds,
  Model,
  ModelFacts,
  PictureInput,
  Subject,
  SubjectReading,
  SubjectSettings,
  Target,
  Tensor,
  Tensors,
} from '@understory/core';
import { errors as coreErrors, feedsOf, pictureInputOf, resolveTarget, toFloat32 } from '@understory/core';
import { labelsOf } from '../evidence/folder.ts';
import { samplesOf } from '../tensor-rows.ts';
import { errors } from '../errors.ts';
import { overlap } from './boxes.ts';
import { countOf } from './count-of.ts';
import { areSame, sameBox, type Detection, type ReadDetection } from './detection.ts';
import { found } from './found.ts';
import type { FormId } from './forms.ts';
import { headOf, type DetectionHead } from './head.ts';
import { RawScores } from './raw-scores.ts';
import type { Sample, Size } from './scene.ts';

/** Of a model that is unsure of everything there are hundreds. */
const usualMost = 20;

/** How many boxes `boxes` or `boxes:50` names at most; undefined where a text is neither. */
function mostOf(text: string): number | undefined {
  const found = /^boxes(?::([1-9]\d*))?$/i.exec(text);
  return found === null ? undefined : Number(found[1] ?? usualMost);
}

/** The boxes that a model finds in a picture. */
export interface DetectionAnswer extends Answer {
  /** Of the options, in their order. */
  readonly detections: readonly ReadDetection[];
  /** The best box of each class, whether it is good enough to be an option or not; undefined where there is none. */
  readonly best: readonly (ReadDetection | undefined)[];
}

/**
 * A model that finds boxes of classes. An option is a box that is probable enough and is left by the suppression of overlapping ones
 * (`forms` has both thresholds). What is explained is the number in front of the softmax or sigmoid where the graph lets it be asked for,
 * otherwise the number of the output; of YOLOv5 and YOLOX the sum of those of class and objectness, as the product of both ranks their boxes.
 */
export class ObjectDetection implements Subject<DetectionAnswer> {
  readonly task = 'object-detection';
  readonly forms = ['box:0', 'box:LABEL', 'boxes', 'boxes:50'];
  readonly model: Model;
  readonly picture: PictureInput;
  readonly labels: readonly string[] | undefined;
  readonly reads: readonly string[];
  readonly #sides: SubjectSettings['sides'];
  readonly #form: FormId;
  readonly #head: DetectionHead;
  readonly #raw: RawScores;
  #size: Size | undefined;

  /** Throws LABEL_COUNT where the labels do not fit. */
  constructor(facts: ModelFacts, reading: SubjectReading, form: FormId, { sides }: SubjectSettings) {
    const { model, input } = facts;
    this.model = model;
    this.picture = pictureInputOf(model, input);
    this.labels = labelsOf(facts);
    this.#sides = sides;
    this.#form = form;
    this.#head = headOf(facts, reading, form);
    const { classes, tensors } = this.#head;
    if (classes !== undefined && this.labels !== undefined && classes !== this.labels.length) {
      throw coreErrors.labelCount({ labels: this.labels.length, classCount: classes });
    }
    this.#raw = new RawScores(model, this.#head, form);
    this.reads = [...new Set([...Object.values(tensors), ...this.#raw.reads])];
  }

  /** Remembers the size of the pictures, which a model of pictures of any size does not tell otherwise. */
  feeds(pixels: Tensor<'float32'>): Feeds {
    const [, second = 0, third = 0, fourth = 0] = pixels.dims;
    const [height, width] = this.picture.layout === 'NCHW' ? [third, fourth] : [second, third];
    this.#size = { height, width };
    return feedsOf(this.picture, pixels, this.#sides);
  }

  /** Throws DETECTIONS_UNREADABLE and SCORES_NOT_FINITE. */
  answersOf(outputs: Tensors): readonly DetectionAnswer[] {
    const parts = Object.entries(this.#head.tensors).map(
      ([part, name]) => [part, this.#samples(outputs, name)] as const,
    );
    const count = parts[0]?.[1].length ?? 0;
    return Array.from({ length: count }, (_, sample) => {
      const scene = this.#head.scene(
        Object.fromEntries(parts.map(([part, samples]) => [part, samples[sample]!])),
        this.#sizeOfPictures,
      );
      const said = found(scene, this.#form);
      const read = (each: Detection) => ({ ...each, reading: this.#raw.reading(scene, each, outputs) });
      const detections = said.detections.map(read);
      const options = detections.map(({ classIndex, probability, box, reading }, at): AnswerOption => ({
        ...{ target: `box:${at}`, label: this.#labelOf(classIndex) },
        ...{ score: this.#raw.score(reading, outputs, sample), probability, box },
      }));
      return {
        ...{ options, decision: this.#decision(detections), probability: detections[0]?.probability, detections },
        best: said.best.map((each) => each && read(each)),
      };
    });
  }

  /**
   * `box:3`, counted from 0, `boxes` for the best twenty, `boxes:50` for as many, and `box:dog`: the best of that label, also where it is not good enough to be part of the answer.
   * Throws TARGET_INVALID, UNKNOWN_CLASS, AMBIGUOUS_CLASS, CLASS_OUT_OF_RANGE and DETECTIONS_NOT_REACHABLE.
   */
  targets(words: string, answer: DetectionAnswer): readonly Target[] | undefined {
    const text = words.trim();
    const named = /^box:(.+)$/iu.exec(text)?.[1]?.trim();
    const most = mostOf(text);
    if (named === undefined && most === undefined) return undefined;
    if (this.#form === 'unbatched') throw errors.detectionsNotReachable({ output: this.#head.scores });
    const { detections, best, decision } = answer;
    if (named === undefined || /^\d+$/.test(named)) {
      const asked = named === undefined ? detections.slice(0, most) : detections.slice(Number(named)).slice(0, 1);
      if (asked.length > 0) return asked.map((each) => this.#target(each, answer));
      const count = detections.length;
      throw coreErrors.targetInvalid({
        found: `"${text}" where the model finds ${decision}`,
        expected: count === 0 ? 'a picture in which the model finds something' : `box:0 to box:${count - 1}`,
        next: 'Count the boxes from 0, or name a label: its best box can be explained even where the answer leaves it out.',
      });
    }
    const detection = best[this.#classNamed(named, best.length)];
    if (detection !== undefined) return [this.#target(detection, answer)];
    throw coreErrors.targetInvalid({
      found: `"${text}" where the model finds ${decision}`,
      expected: 'a label of which there is a box',
      next: 'This model hands out boxes of other labels only; name one of those.',
    });
  }

  /** Boxes beyond those that a text such as `boxes` names. */
  leavesOut(words: string, { detections: { length } }: DetectionAnswer): string | undefined {
    const most = mostOf(words.trim());
    if (most === undefined || length <= most) return undefined;
    return `${words.trim()} names the best ${most} of ${length} boxes; boxes:${length} names them all`;
  }

  probabilities(targets: readonly Target[], outputs: Tensors): Float64Array | undefined {
    const all = targets.map(({ reading }, sample) => this.#raw.probability(reading, outputs, sample));
    const known = all.filter((each) => each !== undefined);
    return known.length === all.length ? Float64Array.from(known) : undefined;
  }

  /** Whether the same boxes are found: as many, each where one of the same label lies in the other. */
  agrees({ detections: one }: DetectionAnswer, { detections: other }: DetectionAnswer): boolean {
    return areSame(one, other);
  }

  /** Whether there is a box of the target's label where the target's box lies, or anywhere where the target has none. */
  says({ options }: DetectionAnswer, { label, box }: Target): boolean | undefined {
    if (label === null) return undefined;
    return options.some((each) => each.label === label && (box === undefined || overlap(each.box!, box) >= sameBox));
  }

  #target({ place, classIndex, box, reading }: ReadDetection, { detections }: DetectionAnswer): Target {
    const at = detections.findIndex((each) => each.place === place && each.classIndex === classIndex);
    const label = this.#labelOf(classIndex);
    return { words: at < 0 ? `box:${label}` : `box:${at}`, label, reading, box };
  }

  #classNamed(text: string, classCount: number): number {
    const number = this.labels === undefined ? /^(?:class )?(\d+)$/i.exec(text)?.[1] : undefined;
    const asked = resolveTarget(number ?? text, { labels: this.labels, classCount });
    if (asked.kind === 'class') return asked.index;
    throw coreErrors.unknownClass({ label: text, suggestions: [] });
  }

  #labelOf(classIndex: number): string {
    return this.labels?.[classIndex] ?? `class ${classIndex}`;
  }

  #decision(detections: readonly Detection[]): string {
    const counts = new Map<string, number>();
    for (const { classIndex } of detections) {
      const label = this.#labelOf(classIndex);
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    if (counts.size === 0) return 'nothing';
    return [...counts]
      .toSorted(([, one], [, other]) => other - one)
      .map(([label, count]) => countOf(count, label))
      .join(', ');
  }

  get #sizeOfPictures(): Size {
    const size = this.picture.size ?? this.#size;
    if (size === undefined) throw new RangeError('nothing says how large the pictures are: no picture was fed');
    return size;
  }

  /** The numbers of each sample; of outputs without a batch there is one. */
  #samples(outputs: Tensors, name: string): readonly Sample[] {
    if (this.#form !== 'unbatched') {
      const dims = outputs[name]?.dims.slice(1) ?? [];
      return samplesOf(outputs, name).map((values) => ({ name, values, dims }));
    }
    const tensor = outputs[name];
    if (tensor === undefined) throw new Error(`the backend did not hand back "${name}"`);
    return [{ name, values: toFloat32(tensor), dims: tensor.dims }];
  }
}
