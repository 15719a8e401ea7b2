import type { ModelFacts } from '@understory/core';
import {
  openTokenizer,
  openVocabulary,
  type CutText,
  type Span,
  type TextInputs,
  type TextTokenizer,
} from '@understory/text';
import { probeMdetrErrors } from '../errors.ts';

/** A text as the model reads it. */
export interface Question {
  readonly text: string;
  /** One row. */
  readonly ids: Int32Array;
  readonly mask: Int32Array;
  /** Where in the text each token lies. */
  readonly spans: readonly Span[];
  /** Where it was too long. */
  readonly cut: CutText | undefined;
  /** Words that fall apart into letters, or nearly so: the vocabulary was made of texts without them. */
  readonly strange: readonly string[];
}

/** Turns questions into tokens; a graph that leaves the length open is given as many as a question has. */
export class QuestionReader {
  readonly #tokenizer: TextTokenizer;
  readonly #inputs: TextInputs;
  readonly #unknown: number | undefined;
  /** The most tokens that a text may have; undefined where nothing says so. */
  readonly #most: number | undefined;

  /** Throws TOKENIZER_MISSING, TOKENIZER_INVALID, VOCABULARY_INVALID. */
  constructor({ text: { tokenizer, tokenizerConfig } = {} }: ModelFacts, words: unknown, inputs: TextInputs) {
    if (tokenizer === undefined && words === undefined) throw probeMdetrErrors.wordsMissing();
    this.#tokenizer = tokenizer === undefined ? openVocabulary(words) : openTokenizer(tokenizer, tokenizerConfig);
    this.#inputs = inputs;
    this.#most = tokenizer === undefined ? undefined : this.#tokenizer.length;
    this.#unknown = tokenizer && unknownOf(tokenizer['model']);
  }

  /** Throws QUESTION_EMPTY, QUESTION_NOT_READABLE, TOKEN_UNKNOWN and TEXT_LENGTH_TOO_SMALL. */
  read(question: string): Question {
    const text = question.trim();
    if (!/[\p{L}\p{N}]/u.test(text)) throw probeMdetrErrors.questionEmpty({ found: question });
    const read = this.#encoded(text);
    const own = read.spans.flatMap(({ start, end }, at) => (end > start ? [at] : []));
    const unread = own.filter((at) => read.ids[at] === this.#unknown);
    const isLost = unread.length * 2 > own.length || own.length === 0;
    const letters = [...text].filter((sign) => /\p{L}/u.test(sign));
    const foreign = letters.filter((sign) => !/\p{Script=Latin}/u.test(sign));
    // Where the words of another script fall apart into letters or less, the vocabulary was made without them.
    const isForeign = foreign.length * 2 > letters.length && own.length >= letters.length;
    if (!isLost && !isForeign) return read;
    throw probeMdetrErrors.questionNotReadable({
      ...{ question: text, tokens: own.length, unread: isForeign ? own.length : unread.length },
    });
  }

  /** What is fed where nothing was asked. */
  get nothing(): Question {
    return this.#encoded('');
  }

  #encoded(text: string): Question {
    const [, fixed] = this.#inputs.ids.dims ?? [];
    // A tokenizer has to have room for a token between its special ones.
    const count = this.#tokenizer.count(text) + (text === '' ? 1 : 0);
    const length = typeof fixed === 'number' ? fixed : Math.min(count, this.#most ?? count);
    const isBare = text === '' && this.#tokenizer.count(text) === 0;
    if (isBare) {
      const ids = new Int32Array(length).fill(this.#tokenizer.padding);
      return { text, ids, mask: new Int32Array(length), spans: [], cut: undefined, strange: [] };
    }
    const { ids, mask, cut } = this.#tokenizer.encode([text], length);
    const spans = this.#tokenizer.spans(text, length);
    return { text, ids: ids[0]!, mask: mask[0]!, spans, cut: cut[0], strange: strangeWords(text, spans) };
  }
}

/** Shorter words are few tokens whatever they are. */
const leastLetters = 4;
const mostTokensPerLetter = 0.7;

function strangeWords(text: string, spans: readonly Span[]): readonly string[] {
  return [...text.matchAll(/\p{L}+/gu)].flatMap(({ 0: word, index }) => {
    const tokens = spans.filter(({ start, end }) => end > start && start < index + word.length && end > index).length;
    return word.length >= leastLetters && tokens >= mostTokensPerLetter * word.length ? [word] : [];
  });
}

/** The number of the token that stands for what the tokenizer does not know. */
function unknownOf(model: unknown): number | undefined {
  const { unk_token: token, vocab } = Object(model) as { readonly unk_token?: unknown; readonly vocab?: unknown };
  if (typeof token !== 'string' || typeof vocab !== 'object' || vocab === null) return undefined;
  const id: unknown = (vocab as Readonly<Record<string, unknown>>)[token];
  return typeof id === 'number' ? id : undefined;
}
