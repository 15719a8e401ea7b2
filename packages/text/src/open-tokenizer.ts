import { messageOf } from '@understory/core';
import { textErrors } from './errors.ts';
import { cleaningOf } from './cleaning-of.ts';
import { definitionOf, type Json } from './definition-of.ts';
import { Library, type LibraryTokenizer } from './library.ts';
import { filled, lengthOf, paddingOf } from './rows.ts';
import { tokenBytes } from './token-bytes.ts';
import { tokenSpans } from './token-spans.ts';
import type { CutText, EncodedTexts, Span, TextTokenizer, Word } from './tokenizer.ts';

/**
 * Opens a tokenizer from `tokenizer.json`. `config` is what else is known of it, of `tokenizer_config.json` and of the `text_cfg` of an open_clip
 * configuration: `model_max_length` or `context_length`, `pad_token` or `pad_id`, `tokenizer_class`, `tokenizer_kwargs.clean`.
 * CLIP's own vocabulary is read after the cleaning that openai's tokenizer does. Throws TOKENIZER_INVALID.
 */
export function openTokenizer(json: Json, config: Json = {}): TextTokenizer {
  const definition = definitionOf(json, config);
  let tokenizer: LibraryTokenizer;
  try {
    tokenizer = new Library(definition, config);
  } catch (cause) {
    throw textErrors.tokenizerInvalid({ reason: messageOf(cause), cause });
  }
  return new CleaningTokenizer(
    tokenizer,
    cleaningOf(definition, config),
    lengthOf(definition, config),
    paddingOf(definition, config, (token) => tokenizer.token_to_id(token)),
    tokenBytes(definition),
  );
}

/** Stands for the tokens of a text. */
const place = '\u0000';

class CleaningTokenizer implements TextTokenizer {
  readonly length: number;
  readonly padding: number;
  readonly #tokenizer: LibraryTokenizer;
  readonly #clean: (text: string) => string;
  readonly #bytes: (token: string) => Uint8Array | undefined;
  /** Special tokens before and behind a text. */
  readonly #before: readonly number[];
  readonly #behind: readonly number[];

  constructor(
    tokenizer: LibraryTokenizer,
    clean: (text: string) => string,
    length: number,
    padding: number,
    bytes: (token: string) => Uint8Array | undefined,
  ) {
    this.#tokenizer = tokenizer;
    this.#clean = clean;
    this.#bytes = bytes;
    this.length = length;
    this.padding = padding;
    const around = tokenizer.post_processor?.post_process([place], null, true).tokens ?? [place];
    const ids = around.map((token) => tokenizer.token_to_id(token) ?? 0);
    const at = around.indexOf(place);
    this.#before = ids.slice(0, at);
    this.#behind = ids.slice(at + 1);
  }

  encode(texts: readonly string[], length = this.length): EncodedTexts {
    const room = this.#room(length);
    const cut: CutText[] = [];
    const rows = texts.map((text) => {
      const tokens = this.#tokens(text);
      if (tokens.length > room) cut.push({ text, tokens: tokens.length + length - room, length });
      return [...this.#before, ...tokens.slice(0, room), ...this.#behind];
    });
    return {
      ids: rows.map((row) => filled(row, length, this.padding)),
      mask: rows.map((row) => filled(new Array<number>(row.length).fill(1), length, 0)),
      cut,
    };
  }

  count(text: string): number {
    return this.#before.length + this.#tokens(text).length + this.#behind.length;
  }

  spans(text: string, length = this.length): readonly Span[] {
    const room = this.#room(length);
    const { tokens } = this.#encoded(text);
    const spans = tokenSpans(text, tokens.map(this.#bytes)) ?? this.#spansOfWords(text, tokens.length);
    const nowhere = { start: 0, end: 0 };
    return [...this.#before.map(() => nowhere), ...spans.slice(0, room), ...this.#behind.map(() => nowhere)];
  }

  /** The whole word of each token. */
  #spansOfWords(text: string, tokens: number): readonly Span[] {
    const { length } = this.#before;
    const spans = new Array<Span>(tokens).fill({ start: 0, end: 0 });
    for (const { start, end, tokens: places } of this.words(text, this.count(text))) {
      for (const place of places) spans[place - length] = { start, end };
    }
    return spans;
  }

  words(text: string, length = this.length): readonly Word[] {
    const room = this.#room(length);
    const total = Math.min(this.#tokens(text).length, room);
    const words: Word[] = [];
    let from = 0;
    for (const { 0: word, index: start } of text.matchAll(/\S+/g)) {
      const end = start + word.length;
      // White space divides tokens, so that a text begins with the tokens of its beginning.
      const to = from < total ? Math.min(Math.max(this.#tokens(text.slice(0, end)).length, from), total) : total;
      words.push({ text: word, start, end, tokens: range(this.#before.length + from, this.#before.length + to) });
      from = to;
    }
    return words;
  }

  /** Tokens of the text itself in a row of `length`. */
  #room(length: number): number {
    const room = length - this.#before.length - this.#behind.length;
    if (room < 1) throw textErrors.textLengthTooSmall({ length, special: length - room });
    return room;
  }

  #encoded(text: string) {
    return this.#tokenizer.encode(this.#clean(text), { add_special_tokens: false });
  }

  #tokens(text: string): number[] {
    const { ids, tokens } = this.#encoded(text);
    return ids.map((id, at) => {
      if (id === undefined) throw textErrors.tokenUnknown({ token: tokens[at] ?? '', text });
      return id;
    });
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}
