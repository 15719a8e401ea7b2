import { readFileSync } from 'node:fs';

export interface TokenizerGolden {
  readonly tokenizer: Readonly<Record<string, unknown>> & { readonly model: Readonly<Record<string, unknown>> };
  readonly config: Readonly<Record<string, unknown>>;
  readonly cases: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    readonly spans?: readonly number[];
  }[];
}

/** What `tools/golden/tokenized_texts.py` wrote. */
export function readTokenizer(name: 'clip' | 'roberta' | 'unigram' | 'wordpiece' | 'wordlevel'): TokenizerGolden {
  const file = new URL(`../../../fixtures/golden/tokenizers/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as TokenizerGolden;
}
