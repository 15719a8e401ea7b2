import {
  batchOf,
  negative,
  rawNameOf,
  rawTargetOf,
  resolveTarget,
  splitTargets,
  type Answer,
  type Model,
  type RawName,
  type Subject,
  type Target,
  type Tensors,
} from '@understory/core';
import { studyErrors } from '../errors.ts';
import { fileSafe } from './file-safe.ts';

/** A target with what files of it are called. */
export interface NamedTarget {
  /** `top1`, `top2` ... where the rank was asked for, else the target as the user wrote it, made safe for a file name. */
  readonly name: string;
  readonly target: Target;
}

/** The targets that a user's text asks for, found in each sample's answer. */
export interface Targets {
  /** What is known of the names before any picture is seen; those of boxes and regions depend on the picture. */
  readonly names: readonly string[];
  /** Outputs and layers that targets name and that the subject does not read. */
  readonly outputs: readonly string[];
  /**
   * The targets in one sample, each once; `outputs` has the tensors of the batch that `outputs` and the subject's `reads` name.
   * Throws TARGET_INVALID where a piece of the text names nothing that the model says of this picture, and what the subject throws.
   */
  of(answer: Answer, outputs: Tensors): readonly NamedTarget[];
}

/** A piece of the text: what it names, and whether the number is to be lowered. */
interface Piece {
  readonly text: string;
  readonly isNegative: boolean;
  readonly raw: RawName | undefined;
  /** The index of the class where it names one, so that a class is asked for once. */
  readonly classIndex: number | undefined;
}

const ranked = /^top([1-9]\d*)$/i;

/**
 * Reads the targets of a comma-separated text: what the subject can name, else an element or region of any output or layer; a minus in
 * front asks for what lowers it. Throws what a subject with classes throws for a class that it does not have, and TARGET_INVALID.
 */
export function targetsOf(text: string, subject: Subject): Targets {
  const tensors = namesOf(subject.model);
  const pieces = piecesOf(text, subject, tensors);
  const slots = slotsOf(pieces);
  const reads = new Set(subject.reads);
  const outputs = pieces.flatMap(({ raw }) => (raw === undefined || reads.has(raw.output) ? [] : [raw.output]));
  return {
    names: slots.map(({ name }) => name),
    outputs: [...new Set(outputs)],
    of(answer, computed) {
      const found = new Map<string, NamedTarget>();
      for (const { name, piece, rank } of slots) {
        const targets = inAnswer(piece, rank, { subject, answer, computed });
        for (const target of targets) {
          const own = targets.length === 1 ? name : `${name}-${withoutDots(target.words)}`;
          const key = own.toLowerCase();
          if (!found.has(key)) found.set(key, { name: own, target });
        }
      }
      return [...found.values()];
    },
  };
}

interface Slot {
  readonly name: string;
  readonly piece: Piece;
  /** From 1, where a rank was asked for. */
  readonly rank: number | undefined;
}

/** One slot for each rank and each piece, under names that no other has. */
function slotsOf(pieces: readonly Piece[]): readonly Slot[] {
  const slots = new Map<string, Slot>();
  for (const piece of pieces) {
    const top = ranked.exec(piece.text);
    if (top !== null) {
      for (let rank = 1; rank <= Number(top[1]); rank += 1) {
        const name = `${piece.isNegative ? '-' : ''}top${rank}`;
        slots.set(name, { name, piece, rank });
      }
      continue;
    }
    const { classIndex, isNegative } = piece;
    const isAsked = (each: Slot) => each.piece.classIndex === classIndex && each.piece.isNegative === isNegative;
    if (classIndex !== undefined && [...slots.values()].some(isAsked)) continue;
    const safe = `${isNegative ? '-' : ''}${withoutDots(piece.text)}`;
    const isTaken = safe === '' || slots.has(safe.toLowerCase());
    const name = isTaken ? `${safe}-${classIndex ?? slots.size}`.replace(/^-/, '') : safe;
    slots.set(name.toLowerCase(), { name, piece, rank: undefined });
  }
  return [...slots.values()];
}

function piecesOf(text: string, subject: Subject, tensors: readonly string[]): readonly Piece[] {
  const isName = subject.names?.includes(text.trim()) ?? false;
  if (isName) return [{ text: text.trim(), isNegative: false, raw: undefined, classIndex: undefined }];
  const whole = pieceOf(text.trim(), false, subject, tensors);
  if (whole !== undefined) return [whole];
  return splitTargets(text).map((part) => {
    const plain = pieceOf(part, false, subject, tensors);
    const piece = plain ?? (part.startsWith('-') ? pieceOf(part.slice(1).trim(), true, subject, tensors) : undefined);
    if (piece !== undefined) return piece;
    if (subject.classes !== undefined) resolveTarget(part, vocabularyOf(subject));
    return { text: part.replace(/^-/, ''), isNegative: part.startsWith('-'), raw: undefined, classIndex: undefined };
  });
}

/** What a text names, as far as it can be told without a picture; undefined where that tells nothing. */
function pieceOf(text: string, isNegative: boolean, subject: Subject, tensors: readonly string[]): Piece | undefined {
  const piece = { text, isNegative, raw: undefined, classIndex: undefined };
  if (subject.classes !== undefined) {
    const named = classNamed(text, subject);
    if (named !== undefined) return { ...piece, classIndex: named.kind === 'class' ? named.index : undefined };
  } else if (ranked.test(text)) return piece;
  const raw = rawNameOf(text, tensors);
  return raw === undefined ? undefined : { ...piece, raw };
}

function classNamed(text: string, subject: Subject) {
  try {
    return resolveTarget(text, vocabularyOf(subject));
  } catch {
    return undefined;
  }
}

function vocabularyOf({ labels, classes }: Subject) {
  return { labels, classCount: classes?.count };
}

function inAnswer(
  { text, isNegative, raw }: Piece,
  rank: number | undefined,
  { subject, answer, computed }: { readonly subject: Subject; readonly answer: Answer; readonly computed: Tensors },
): readonly Target[] {
  const place = () => raw && [rawTargetOf(raw, dimsOf(raw, computed))];
  const named = () => (subject.classes !== undefined && raw !== undefined ? undefined : subject.targets(text, answer));
  const found = rank !== undefined ? targetOfRank(rank, subject, answer) : (named() ?? place());
  if (found === undefined) {
    throw studyErrors.classInvalid({ found: text, expected: [...subject.forms, 'output[index]'].join(', ') });
  }
  return isNegative ? found.map(negative) : found;
}

function targetOfRank(rank: number, subject: Subject, answer: Answer): readonly Target[] {
  const option = answer.options[rank - 1];
  if (option === undefined) {
    // A subject may know what is missing, such as a second picture.
    if (answer.options.length === 0) subject.targets(`top${rank}`, answer);
    const count = answer.options.length;
    throw studyErrors.classInvalid({
      found: `top${rank}`,
      expected:
        count === 0
          ? `something that the model says of this picture: it says ${answer.decision === '' ? 'nothing' : answer.decision}`
          : `top1 to top${count}, for what the model says of this picture`,
    });
  }
  return subject.targets(option.target, answer) ?? [];
}

function dimsOf({ output }: RawName, computed: Tensors): readonly number[] {
  const tensor = computed[output];
  if (tensor === undefined) throw new Error(`the backend did not hand back "${output}"`);
  batchOf({ [output]: tensor });
  return tensor.dims.slice(1);
}

function namesOf({ outputs, layers }: Model): readonly string[] {
  return [...outputs, ...layers].map(({ name }) => name);
}

/** Without dots, which stand between the parts of a file's name. */
function withoutDots(text: string): string {
  return fileSafe(text).replaceAll('.', '_');
}

/** A target as another subject of the same model has it: its backend may call tensors otherwise. */
export function placed(target: Target, own: Subject, asked: Subject): Target {
  if (own === asked) return target;
  if (target.classIndex !== undefined) return own.targets(`${target.classIndex}`, emptyAnswer)?.[0] ?? target;
  if (own.names === undefined) return target;
  const isNegative = target.words.startsWith('-');
  const [found] = own.targets(isNegative ? target.words.slice(1) : target.words, emptyAnswer) ?? [];
  return found === undefined ? target : isNegative ? negative(found) : found;
}

/** Stands where a target is named whatever the model says: a class by its index, a caption. */
export const emptyAnswer: Answer = { options: [], decision: '', probability: undefined };
