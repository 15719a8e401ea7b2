import { isJsonObject, type VocabularyFile } from '@understory/core';
import { probeMdetrErrors } from '../errors.ts';
import type { AnswerHead, Heads } from './heads.ts';

/** What a model numbers. */
export interface Vocabularies {
  /** Answers by their number, one list a head, in the order of the heads; undefined where nothing tells. */
  readonly answers: readonly (readonly string[] | undefined)[];
  /** Types by their number. */
  readonly types: readonly string[];
  /** Of the words of questions, as it was read. */
  readonly words: unknown;
}

/** Answers by type, answers without one, and words, as files hold them. */
interface Found {
  byType?: ReadonlyMap<string, unknown>;
  types?: unknown;
  answers?: unknown;
  words?: unknown;
  /** Lists of which only their sizes say what they are. */
  readonly others: { readonly json: unknown; readonly isAsked: boolean }[];
}

/** What one number decides between where nothing names it. */
const noAndYes = ['no', 'yes'];

/** How the official code numbers the types of GQA's answers. */
const gqaTypes = ['obj', 'attr', 'rel', 'global', 'cat'];

interface VocabularySettings {
  readonly labels?: readonly string[] | undefined;
  /** Whether the words of questions are numbered by a list, where there is no tokenizer. */
  readonly readsWords: boolean;
  readonly config?: object | undefined;
}

/** Throws VOCABULARY_SIZE where a list fits no head, and VOCABULARY_INVALID. */
export function vocabulariesOf(
  files: readonly VocabularyFile[],
  { answers: heads, type }: Heads,
  { labels, readsWords, config = {} }: VocabularySettings,
): Vocabularies {
  const found: Found = { others: [] };
  // What was asked for stands first, and goes before what lies beside the model.
  for (const file of files) sortInto(found, file);
  const [only] = heads;
  for (const { json: other, isAsked } of found.others) {
    const fits = only !== undefined && type === undefined && sizeOf(other) === (only.width ?? sizeOf(other));
    if (fits && found.answers === undefined) found.answers = other;
    else if (readsWords && found.words === undefined) found.words = other;
    else if (isAsked) throw probeMdetrErrors.vocabularySize({ what: 'words or answers', found: sizeOf(other), heads });
  }
  if (type === undefined) {
    if (only === undefined) return { answers: [], types: [], words: found.words };
    const list = found.answers ?? labels;
    const own = list === undefined ? (only.isOne ? noAndYes : undefined) : listFor(list, only);
    return { answers: [own], types: [], words: found.words };
  }
  const byType = found.byType ?? new Map<string, unknown>();
  const own = heads.map((head) => {
    const list = byType.get(head.type!);
    return list === undefined ? (head.isOne ? noAndYes : undefined) : listFor(list, head);
  });
  const strange = [...byType].find(([name]) => !heads.some((head) => head.type === name));
  if (strange !== undefined) {
    throw probeMdetrErrors.vocabularySize({ what: `answers of ${strange[0]}`, found: sizeOf(strange[1]), heads });
  }
  return { answers: own, types: typesOf(found, heads, type, config), words: found.words };
}

function typesOf(found: Found, heads: readonly AnswerHead[], type: AnswerHead, config: object): readonly string[] {
  const { answer_types: said } = config as { readonly answer_types?: unknown };
  const names = heads.map((head) => head.type!);
  const isOfGqa = names.length === gqaTypes.length && gqaTypes.every((name) => names.includes(name));
  const told = said ?? found.types;
  const types =
    told !== undefined ? listOf(told).map(typeName) : isOfGqa ? gqaTypes : [...(found.byType?.keys() ?? names)];
  const isWhole = types.length === names.length && names.every((name) => types.includes(name));
  if (isWhole && (type.width === undefined || type.width === types.length)) return types;
  throw probeMdetrErrors.vocabularySize({
    what: `types of answers (${types.join(', ')})`,
    ...{ found: types.length, heads: [{ ...type, type: 'type' }] },
  });
}

function sortInto(found: Found, { name, json, isAsked }: VocabularyFile): void {
  if (Array.isArray(json) && json.length > 1 && json.every(isList) && json.some(isJsonObject)) {
    // A tuple of the numbers of words and of answers, as Python writes it.
    found.words ??= json[0];
    found.answers ??= json[1];
    return;
  }
  if (isJsonObject(json) && Object.values(json).some(isList)) {
    const parts = Object.entries(json).filter(([, part]) => isList(part));
    const words = parts.find(([key]) => /question|word|token/i.test(key) && !/answer/i.test(key));
    const answers = parts.find(([key]) => /^answers?$|answer.*(?:idx|ix|id|index)$/i.test(key));
    if (words !== undefined || (answers !== undefined && parts.length < 3)) {
      found.words ??= words?.[1];
      found.answers ??= answers?.[1];
      return;
    }
    found.types ??= parts.find(([key]) => typeName(key) === 'type')?.[1];
    found.byType ??= new Map(
      parts.map(([key, part]) => [typeName(key), part] as const).filter(([key]) => key !== 'type'),
    );
    return;
  }
  if (!isList(json)) throw probeMdetrErrors.vocabularyInvalid({ name });
  if (/answer|label/i.test(name)) found.answers ??= json;
  else if (/question|word|token/i.test(name)) found.words ??= json;
  else found.others.push({ json, isAsked });
}

/** `answer_attr` and `attr` are one. */
function typeName(key: string): string {
  return key.replace(/^(?:pred_)?answers?_/i, '').toLowerCase();
}

/** A list, an object from each word to its number, or one from each number to its word. */
function isList(json: unknown): boolean {
  if (Array.isArray(json)) return json.length > 0 && json.every((word) => typeof word === 'string');
  if (!isJsonObject(json)) return false;
  const entries = Object.entries(json);
  if (entries.length === 0) return false;
  const isNumbered = entries.every(([, id]) => Number.isInteger(id) && Number(id) >= 0);
  return isNumbered || entries.every(([id, word]) => /^\d+$/.test(id) && typeof word === 'string');
}

function sizeOf(json: unknown): number {
  return listOf(json).length;
}

/** By number; a number that no word has is its own word. */
function listOf(json: unknown): readonly string[] {
  if (Array.isArray(json)) return json as readonly string[];
  const pairs = Object.entries(Object(json) as object).map(([key, value]: [string, unknown]): [string, number] =>
    typeof value === 'number' ? [key, value] : [String(value), Number(key)],
  );
  const most = pairs.reduce((largest, [, id]) => Math.max(largest, id), -1);
  const isFromOne = pairs.length === most && pairs.every(([, id]) => id > 0);
  const list = Array.from({ length: isFromOne ? most : most + 1 }, (_, id) => `#${id}`);
  for (const [word, id] of pairs) list[isFromOne ? id - 1 : id] = word;
  return list;
}

function listFor(json: unknown, head: AnswerHead): readonly string[] {
  const list = listOf(json);
  if (head.width === undefined || head.width === list.length) return list;
  const what = head.type === null ? 'answers' : `answers of ${head.type}`;
  throw probeMdetrErrors.vocabularySize({ what, found: list.length, heads: [head] });
}
