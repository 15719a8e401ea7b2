import {
  evidence,
  rawNameOf,
  specText,
  splitTargets,
  SUBJECT,
  type Host,
  type ModelFacts,
  type SubjectReading,
} from '@understory/core';
import { studyErrors } from '../errors.ts';

/** What the user said of what a model is. */
export interface SaidOfModel {
  /** The id of a subject kind, with the form of a reading where the kind has several: `object-detection:detr`. */
  readonly task?: string | undefined;
  /** True where the outputs were said to hold logits, so that classes are meant where they may be. */
  readonly areLogits?: boolean;
  /** The targets as they were asked for, which may name elements of any output. */
  readonly targets?: string | undefined;
}

/** A model read as one task. */
export interface Recognised {
  /** The id of the subject kind. */
  readonly task: string;
  readonly reading: SubjectReading;
}

/** What is asked for where no kind decides: any element of any output can be named. */
const raw = 'raw';

/**
 * How a model is read: as the user says, else by the strongest evidence that any kind of subject finds, where it leaves one reading.
 * Throws SUBJECT_AMBIGUOUS where it leaves several, SUBJECT_UNKNOWN where there is none, and UNKNOWN_PLUGIN for an unknown task.
 */
export function recognise(
  host: Host,
  facts: ModelFacts,
  { task, areLogits = false, targets }: SaidOfModel,
): Recognised {
  const readings = readingsOf(host, facts, task);
  const strongest = evidence.map((level) => readings.filter(({ reading }) => reading.evidence === level));
  const left = strongest.find((group) => group.length > 0) ?? [];
  const [only, ...others] = left;
  if (only !== undefined && others.length === 0) return only;
  const classifiers = left.filter((each) => each.task === 'image-classification');
  if (areLogits && classifiers.length === 1) return classifiers[0]!;
  if (task === undefined && namesTensors(facts, targets)) {
    const [element] = readingsOf(host, facts, raw);
    if (element !== undefined) return element;
  }
  if (only === undefined) {
    const tasks = tasksOf(host).filter((id) => id !== raw);
    const asked = task === undefined ? possibleReadings(host, facts) : [];
    const kinds = task === undefined ? tasks : [task.split(':')[0]!];
    const reasons = kinds.flatMap((id) => host.get(SUBJECT, id).refuses?.(facts) ?? []);
    throw studyErrors.subjectUnknown({ outputs: facts.model.outputs.map(specText), task, tasks, asked, reasons });
  }
  throw studyErrors.subjectAmbiguous({ readings: left });
}

/** Every reading of a model, as `inspect` lists them; those that only an asked task speaks for where it is asked. */
export function readingsOf(host: Host, facts: ModelFacts, task?: string): readonly Recognised[] {
  if (task === undefined) return possibleReadings(host, facts).filter(({ reading }) => reading.evidence !== 'task');
  const [id = '', form] = task.split(':');
  const readings = readingsOfKind(host, facts, id);
  return form === undefined ? readings : readings.filter(({ reading }) => reading.form === form);
}

/** Those that only an asked task speaks for among them. */
function possibleReadings(host: Host, facts: ModelFacts): readonly Recognised[] {
  return tasksOf(host).flatMap((id) => (id === raw ? [] : readingsOfKind(host, facts, id)));
}

function readingsOfKind(host: Host, facts: ModelFacts, id: string): readonly Recognised[] {
  const readings = host.get(SUBJECT, id).readings(facts);
  return readings.map((reading) => ({ task: id, reading }));
}

function tasksOf(host: Host): readonly string[] {
  return host.list('subject').map(({ id }) => id);
}

/** Whether every target is an output or layer, or a place in one. */
function namesTensors({ model }: ModelFacts, targets: string | undefined): boolean {
  if (targets === undefined) return false;
  const names = [...model.outputs, ...model.layers].map(({ name }) => name);
  return splitTargets(targets).every((piece) => isTensor(piece, names) || isTensor(piece.replace(/^-/, ''), names));
}

function isTensor(piece: string, names: readonly string[]): boolean {
  try {
    return rawNameOf(piece, names) !== undefined;
  } catch {
    // It names a tensor, and a place that is none, which is told when the target is read.
    return true;
  }
}
