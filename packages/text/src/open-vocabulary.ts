import { closest } from '@understory/core';
import { isRecord } from './definition-of.ts';
import { textErrors } from './errors.ts';
import { filled } from './rows.ts';
import type { CutText, EncodedTexts, Span, TextTokenizer, Word } from './tokenizer.ts';

/**
 * Opens a vocabulary of whole words: a list of them, or an object from word to id, which may lie under `question_token_to_idx` as CLEVR's do. Words are
 * read as the vocabulary writes them, with capital letters or without. A sign between words counts only where it is a word of the
 * vocabulary; a text begins and ends with the tokens for that, where there are any. Throws VOCABULARY_INVALID.
 */
export function openVocabulary(json: unknown): TextTokenizer {
  const ids = idsOf(isRecord(json) ? (json['question_token_to_idx'] ?? json) : json);
  const [first, ...more] = new Set(ids.values());
  if (first === undefined || more.length === 0) throw textErrors.vocabularyInvalid({ reason: `${ids.size} words` });
  return new WordTokenizer(ids);
}

function idsOf(json: unknown): ReadonlyMap<string, number> {
  if (Array.isArray(json)) {
    const words: readonly unknown[] = json;
    if (words.every((word) => typeof word === 'string')) return new Map(words.map((word, id) => [word, id]));
    throw textErrors.vocabularyInvalid({ reason: 'a list with something else than words in it' });
  }
  if (!isRecord(json)) throw textErrors.vocabularyInvalid({ reason: json === null ? 'null' : `a ${typeof json}` });
  return new Map(
    Object.entries(json).map(([word, id]) => {
      if (Number.isInteger(id) && Number(id) >= 0) return [word, Number(id)];
      throw textErrors.vocabularyInvalid({ reason: `"${word}": ${JSON.stringify(id)}` });
    }),
  );
}

/** As tokens for special ends are written. */
const special = {
  padding: /^[<[]?(?:pad|null)[>\]]?$/i,
  unknown: /^(?:[<[]unk[>\]]|<unknown>|unk)$/i,
  start: /^(?:<start>|<s>|<sos>|<bos>|\[cls\])$/i,
  end: /^(?:<end>|<\/s>|<eos>|\[sep\])$/i,
};

interface Piece extends Span {
  readonly id: number;
}

class WordTokenizer implements TextTokenizer {
  /** Longer than questions are; a graph that leaves the length open is given as many tokens as a text has. */
  readonly length = 64;
  readonly padding: number;
  readonly #ids: ReadonlyMap<string, number>;
  /** By their small letters; of words that differ in capitals alone, the first. */
  readonly #folded: ReadonlyMap<string, number>;
  readonly #unknown: number | undefined;
  readonly #before: readonly Piece[];
  readonly #behind: readonly Piece[];

  constructor(ids: ReadonlyMap<string, number>) {
    this.#ids = ids;
    this.#folded = new Map([...ids].reverse().map(([word, id]) => [word.toLowerCase(), id]));
    const idOf = (pattern: RegExp) => [...ids].find(([word]) => pattern.test(word))?.[1];
    this.padding = idOf(special.padding) ?? 0;
    this.#unknown = idOf(special.unknown);
    const around = (id: number | undefined) => (id === undefined ? [] : [{ id, start: 0, end: 0 }]);
    this.#before = around(idOf(special.start));
    this.#behind = around(idOf(special.end));
  }

  count(text: string): number {
    return this.#before.length + this.#pieces(text).length + this.#behind.length;
  }

  encode(texts: readonly string[], length = this.length): EncodedTexts {
    const cut: CutText[] = [];
    const rows = texts.map((text) => {
      const tokens = this.count(text);
      if (tokens > length) cut.push({ text, tokens, length });
      return this.#row(text, length).map(({ id }) => id);
    });
    return {
      ids: rows.map((row) => filled(row, length, this.padding)),
      mask: rows.map((row) => filled(new Array<number>(row.length).fill(1), length, 0)),
      cut,
    };
  }

  spans(text: string, length = this.length): readonly Span[] {
    return this.#row(text, length).map(({ start, end }) => ({ start, end }));
  }

  words(text: string, length = this.length): readonly Word[] {
    const spans = this.spans(text, length);
    return [...text.matchAll(/\S+/g)].map(({ 0: word, index: start }) => {
      const end = start + word.length;
      const tokens = spans.flatMap((span, at) =>
        span.end > span.start && span.start >= start && span.end <= end ? [at] : [],
      );
      return { text: word, start, end, tokens };
    });
  }

  #row(text: string, length: number): readonly Piece[] {
    const around = this.#before.length + this.#behind.length;
    if (length <= around) throw textErrors.textLengthTooSmall({ length, special: around });
    return [...this.#before, ...this.#pieces(text).slice(0, length - around), ...this.#behind];
  }

  #pieces(text: string): readonly Piece[] {
    return [...text.matchAll(/\S+/g)].flatMap(({ 0: chunk, index }) => this.#piecesOf(chunk, index, text));
  }

  /** A chunk between white space: a word as a whole, or its parts. */
  #piecesOf(chunk: string, start: number, text: string): readonly Piece[] {
    const whole = this.#idOf(chunk);
    if (whole !== undefined) return [{ id: whole, start, end: start + chunk.length }];
    return [...chunk.matchAll(/[\p{L}\p{M}\p{N}_]+(?:['\u2019-][\p{L}\p{M}\p{N}_]+)*|[^\p{L}\p{M}\p{N}_]/gu)].flatMap(
      ({ 0: part, index }) => {
        const span = { start: start + index, end: start + index + part.length };
        const id = this.#idOf(part);
        if (id !== undefined) return [{ id, ...span }];
        if (!/[\p{L}\p{N}]/u.test(part)) return [];
        return [{ id: this.#unknown ?? this.#refuse(part, text), ...span }];
      },
    );
  }

  #idOf(word: string): number | undefined {
    return this.#ids.get(word) ?? this.#ids.get(word.toLowerCase()) ?? this.#folded.get(word.toLowerCase());
  }

  #refuse(word: string, text: string): never {
    throw textErrors.tokenUnknown({
      token: word,
      text,
      suggestions: closest(word.toLowerCase(), [...this.#ids.keys()]),
    });
  }
}
