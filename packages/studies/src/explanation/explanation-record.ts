import {
  isQuestionAnswer,
  isQuestionAnswerer,
  splitTargets,
  type Answer,
  type AnswerOption,
  type Box,
  type GroundedBox,
  type Subject,
  type TextPart,
} from '@understory/core';
import { encodeNpy, type ImageCodec, type OverlayOptions } from '@understory/imaging';
import type { ExplainedMap, Outcome } from './explain-images.ts';
import { askedLines, figure, mostOptions, shownBoxes } from './figure.ts';
import { fileNamePart } from '../common/file-name.ts';
import { number, percent } from '../common/numbers.ts';
import { classRecord, type ClassRecord } from '../common/record.ts';
import type { Environment, NamedImage } from '../environment.ts';
import type { ArtifactStore } from '../artifact-store.ts';

/** A class with what the model gave it. */
export interface ScoreRecord extends ClassRecord {
  readonly probability: number;
  readonly logit: number;
}

/** A number that was explained, other than the score of a class. */
export interface ExplainedRecord {
  /** As a user names it. */
  readonly target: string;
  readonly label: string | null;
  /** On this picture. */
  readonly value: number;
  readonly probability: number | null;
  /** In pixels of what the network saw. */
  readonly box: Box | null;
}

/** What a model that is no classifier says of an image. */
export interface AnswerRecord {
  readonly task: string;
  readonly decision: string;
  readonly probability: number | null;
  /** The best twenty. */
  readonly options: readonly AnswerOption[];
  /** What a model of pictures and questions was asked. */
  readonly question?: string;
  /** The likeliest type of answer, where answers have types. */
  readonly type?: { readonly name: string; readonly probability: number };
  /** Of a model that boxes what a text names, best first, as targets name them. */
  readonly boxes?: readonly (Pick<GroundedBox, 'box' | 'probability' | 'phrases'> & { readonly target: string })[];
}

/** One heat map and the files it was written to. */
export interface MapRecord {
  readonly explainer: string;
  /** As in the names of files. */
  readonly target: string;
  /** Of a classifier's class. */
  readonly class?: ScoreRecord;
  /** Of anything else that was explained. */
  readonly explained?: ExplainedRecord;
  /** Null where the explainer reads none. */
  readonly layer: string | null;
  /** How the layer was read, such as `tokens 1..196 as 14 x 14`; null where as it stands. */
  readonly reading: string | null;
  /** `[height, width]`, at the resolution of the layer. */
  readonly size: readonly [height: number, width: number];
  /** The smallest and the largest value. */
  readonly range: readonly [low: number, high: number];
  readonly files: { readonly overlay?: string; readonly map?: string };
}

/** What was found out about one image. */
export interface ImageRecord {
  readonly image: string;
  /** The best five classes, or all where there are fewer; empty where the model is no classifier. */
  readonly top: readonly ScoreRecord[];
  /** Of a model that is no classifier. */
  readonly answer?: AnswerRecord;
  readonly maps: readonly MapRecord[];
  /** The picture with the boxes of all that a text names in it, and what the model answers. */
  readonly files?: { readonly boxes: string };
  /** Of a model that reads text: which words of it count, for each target that a text is behind. */
  readonly words?: readonly WordsRecord[];
  /** What a reader should know of what was explained of it, such as boxes that were left out. */
  readonly notes?: readonly string[];
}

/** Which words of a text count for a target. */
export interface WordsRecord {
  /** As a user names it. */
  readonly target: string;
  readonly text: string;
  readonly words: readonly TextPart[];
}

/** Of each target of an image that a text is behind, once; throws what running the model on texts throws. */
export async function wordsRecords(
  subject: Subject,
  { answer, maps }: Pick<ImageOutcome, 'answer' | 'maps'>,
): Promise<readonly WordsRecord[]> {
  if (subject.words === undefined) return [];
  const records = new Map<string, WordsRecord>();
  for (const { target } of maps) {
    if (records.has(target.words)) continue;
    const words = await subject.words(target, answer);
    if (words !== undefined) records.set(target.words, { target: target.words, text: target.label ?? '', words });
  }
  return [...records.values()];
}

type ImageOutcome = Extract<Outcome, { kind: 'image' }>;

export interface WriteOptions extends OverlayOptions {
  /** What stands before the names of files in records, as people name the store's folder; nothing where empty. */
  readonly out: string;
  readonly overlay: boolean;
  readonly npy: boolean;
  readonly store: ArtifactStore;
  readonly codec: ImageCodec;
  readonly annotate?: Environment['annotate'];
}

/** The longer side in pixels that figures with text are enlarged to. */
const legible = 448;

/** Writes one map of an image; throws what the store throws. */
export async function writeMap(
  { image, picture, answer, map }: Omit<Extract<Outcome, { kind: 'map' }>, 'kind'>,
  subject: Subject,
  { out, overlay, npy, store, codec, annotate, ...drawing }: WriteOptions,
): Promise<MapRecord> {
  const files: { overlay?: string; map?: string } = {};
  const name = `${fileNamePart(image.name)}.${map.explainer}.${map.name}`;
  if (npy) {
    const { data, height, width } = map.heat;
    await store.write(`${name}.npy`, encodeNpy(data, [height, width]));
    files.map = shownName(out, `${name}.npy`);
  }
  if (overlay) {
    const lines = askedLines(answerRecord(subject, answer));
    const isAsked = lines.length > 0;
    const drawn = await figure(picture, {
      ...{ ...drawing, heat: map.heat },
      ...(map.target.area && { region: map.target.area }),
      ...(isAsked
        ? { boxes: shownBoxes(answer, map.target), lines: [...lines, explainedLine(map)], least: legible, annotate }
        : { boxes: map.target.box === undefined ? [] : shownBoxes(answer, map.target) }),
    });
    await store.write(`${name}.png`, await codec.encodePng(drawn));
    files.overlay = shownName(out, `${name}.png`);
  }
  return { ...mapRecord(map, subject, answer), files };
}

/** Writes the picture with all boxes of an answer to a question; nothing where there are none. Throws what the store throws. */
export async function writeBoxes(
  { image, picture, answer }: Pick<ImageOutcome, 'image' | 'picture' | 'answer'>,
  subject: Subject,
  { out, overlay, store, codec, annotate }: WriteOptions,
): Promise<Required<Pick<ImageRecord, 'files'>> | undefined> {
  const said = answerRecord(subject, answer);
  if (!overlay || said.question === undefined || said.boxes?.length === 0) return undefined;
  const boxes = shownBoxes(answer);
  const drawn = await figure(picture, { boxes, lines: askedLines(said), least: legible, annotate });
  const name = `${fileNamePart(image.name)}.boxes.png`;
  await store.write(name, await codec.encodePng(drawn));
  return { files: { boxes: shownName(out, name) } };
}

function explainedLine({ explainer, target: { words, label }, value, probability }: ExplainedMap): string {
  const what = label === null || label === words ? words : `${label} (${words})`;
  return `${explainer}: ${what}, ${probability === undefined ? number(value) : percent(probability)}`;
}

function shownName(out: string, file: string): string {
  return out === '' ? file : `${out.replace(/\/$/, '')}/${file}`;
}

/** The records of images whose maps are written one at a time; a map that cannot be written is in none. */
export class ImageRecords {
  readonly #records = new Map<NamedImage, ImageRecord>();
  readonly #subject: Subject;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  /** Of an image, with one more map where that is given. */
  of({ image, answer }: Pick<ImageOutcome, 'image' | 'answer'>, map?: MapRecord): ImageRecord {
    const known = this.#records.get(image) ?? {
      image: image.path,
      top: topFive(this.#subject, answer),
      ...(answer.classes === undefined && { answer: answerRecord(this.#subject, answer) }),
      maps: [],
    };
    const record = map === undefined ? known : { ...known, maps: [...known.maps, map] };
    this.#records.set(image, record);
    return record;
  }

  /** Takes away the record of an image that is finished. */
  finish(
    outcome: Pick<ImageOutcome, 'image' | 'answer'>,
    { words = [], target = '' }: { readonly words?: readonly WordsRecord[]; readonly target?: string } = {},
  ): ImageRecord {
    const record = this.of(outcome);
    this.#records.delete(outcome.image);
    const left = (piece: string) => this.#subject.leavesOut?.(piece.replace(/^-/, ''), outcome.answer) ?? [];
    const notes = splitTargets(target).flatMap(left);
    return { ...record, ...(words.length > 0 && { words }), ...(notes.length > 0 && { notes }) };
  }

  /** Of images that are not finished, those with maps. */
  unfinished(): readonly ImageRecord[] {
    return [...this.#records.values()].filter(({ maps }) => maps.length > 0);
  }
}

export function topFive(subject: Subject, { classes }: Answer): readonly ScoreRecord[] {
  return classes?.ranking.slice(0, 5).map((index) => scoreRecord(subject, classes, index)) ?? [];
}

function answerRecord(subject: Subject, answer: Answer): AnswerRecord {
  const { decision, probability, options } = answer;
  const question = isQuestionAnswerer(subject) ? subject.question : undefined;
  const said = isQuestionAnswer(answer) ? answer : undefined;
  return {
    ...{ task: subject.task, decision, probability: probability ?? null, options: options.slice(0, mostOptions) },
    ...(question !== undefined && { question }),
    ...(said?.type && { type: said.type }),
    ...(said && {
      boxes: said.boxes.map(({ box, probability: own, phrases }, at) => ({
        ...{ target: `box:${at}`, box, probability: own, phrases },
      })),
    }),
  };
}

function scoreRecord(
  subject: Subject,
  { probabilities, logits }: NonNullable<Answer['classes']>,
  index: number,
): ScoreRecord {
  return { ...classRecord(subject, index), probability: probabilities[index]!, logit: logits[index]! };
}

function mapRecord(
  { explainer, name, target, value, probability, heat }: ExplainedMap,
  subject: Subject,
  { classes }: Answer,
): Omit<MapRecord, 'files'> {
  const { height, width, data, layer, reading } = heat;
  const low = data.reduce((least, each) => Math.min(least, each), Infinity);
  const high = data.reduce((most, each) => Math.max(most, each), -Infinity);
  const { classIndex, words, label, box = null } = target;
  return {
    explainer,
    target: name,
    ...(classes !== undefined && classIndex !== undefined && !words.startsWith('-')
      ? { class: scoreRecord(subject, classes, classIndex) }
      : { explained: { target: words, label, value, probability: probability ?? null, box } }),
    layer: layer ?? null,
    reading: reading ?? null,
    size: [height, width],
    range: [low, high],
  };
}
