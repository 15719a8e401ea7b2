import { Tokenizer } from '@huggingface/tokenizers';
import type { Json } from './definition-of.ts';

/** What is used of the library, whose own declarations Node's resolution does not find. */
export interface LibraryTokenizer {
  readonly post_processor: {
    post_process(
      tokens: readonly string[],
      pair: null,
      addSpecialTokens: boolean,
    ): { readonly tokens: readonly string[] };
  } | null;
  encode(
    text: string,
    options: { readonly add_special_tokens: boolean },
  ): { readonly ids: readonly (number | undefined)[]; readonly tokens: readonly string[] };
  token_to_id(token: string): number | undefined;
}

export const Library: new (definition: Json, config: Json) => LibraryTokenizer = Tokenizer;
