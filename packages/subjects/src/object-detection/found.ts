import { errors as coreErrors } from '@understory/core';
import { errors } from '../errors.ts';
import { suppressed, type Detection } from './detection.ts';
import { forms, type DetectionForm, type FormId } from './forms.ts';
import type { Scene } from './scene.ts';

type Candidate = Omit<Detection, 'box'>;

/** What is found in a scene. */
export interface Found {
  /** From best to worst: those that are probable enough, without those that overlap a better one of their class. */
  readonly detections: readonly Detection[];
  /** The best box of each class, whether probable enough or not; undefined where it has none. */
  readonly best: readonly (Detection | undefined)[];
}

/** What rounding may add to a probability. */
const slack = 1e-3;

/** Throws SCORES_NOT_FINITE, and DETECTIONS_UNREADABLE where what is read as probabilities is none. */
export function found({ places, classes, probabilities, box }: Scene, form: FormId): Found {
  const { threshold, overlap, isEachClass = false }: DetectionForm = forms[form];
  const candidates: Candidate[] = [];
  const best = Array<Candidate | undefined>(classes).fill(undefined);
  for (let place = 0; place < places; place += 1) {
    let top: Candidate | undefined;
    for (let classIndex = 0; classIndex < classes; classIndex += 1) {
      const probability = probabilities[place * classes + classIndex]!;
      if (Number.isNaN(probability)) {
        throw coreErrors.scoresNotFinite({
          what: 'scores of boxes',
          found: `a score of box ${place} that is not a number`,
        });
      }
      if (probability < -slack || probability > 1 + slack) {
        throw errors.probabilitiesUnreadable({
          found: `a probability of ${Number(probability.toPrecision(4))} for class ${classIndex} of box ${place}`,
          ...{ form, forms: Object.keys(forms) },
        });
      }
      const isBest = probability > (best[classIndex]?.probability ?? 0);
      const isTop = probability > (top?.probability ?? 0);
      const isFound = isEachClass && probability >= threshold;
      if (!isBest && !isTop && !isFound) continue;
      const candidate = { classIndex, probability, place };
      if (isBest) best[classIndex] = candidate;
      if (isTop) top = candidate;
      if (isFound) candidates.push(candidate);
    }
    if (!isEachClass && top !== undefined && top.probability >= threshold) candidates.push(top);
  }
  const boxed = (each: Candidate): Detection => ({ ...each, box: box(each.place) });
  return {
    detections: suppressed(candidates.map(boxed), overlap),
    best: best.map((each) => each && boxed(each)),
  };
}
