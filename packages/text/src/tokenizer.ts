/** Turns texts into what a network is fed. */
export interface TextTokenizer {
  /** Tokens of a row where the graph leaves the length open: what the files say, or CLIP's 77. */
  readonly length: number;
  /** The token that fills rows up. */
  readonly padding: number;
  /**
   * One row of `length` tokens for each text, special tokens included. Longer texts lose tokens at their end, never the end token.
   * Throws TEXT_LENGTH_TOO_SMALL where no token of a text would fit, and TOKEN_UNKNOWN where the vocabulary lacks a word and a token for unknown ones.
   */
  encode(texts: readonly string[], length?: number): EncodedTexts;
  /** Tokens of a text, special ones included, that are not cut: the length of a row with nothing in it but the text. */
  count(text: string): number;
  /**
   * Where in the text each token of its row lies, without white space around it; special tokens lie nowhere and are empty. Several tokens of one
   * character, such as an emoji, all lie at the whole of it.
   */
  spans(text: string, length?: number): readonly Span[];
  /** The words of a text as it is written, between white space, and which tokens of its row each became. */
  words(text: string, length?: number): readonly Word[];
}

export interface EncodedTexts {
  /** One row of tokens for each text. */
  readonly ids: readonly Int32Array[];
  /** 1 at the tokens of a text, 0 at padding. */
  readonly mask: readonly Int32Array[];
  /** The texts that were too long. */
  readonly cut: readonly CutText[];
}

export interface CutText {
  readonly text: string;
  /** How many tokens it would have, special ones included. */
  readonly tokens: number;
  /** How many it has. */
  readonly length: number;
}

/** A part of a text in UTF-16 units, from `start` up to `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Word extends Span {
  readonly text: string;
  /** Positions in the row; none where the word was cut off, or has no token of its own. */
  readonly tokens: readonly number[];
}
