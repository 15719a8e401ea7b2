import type { Feeds, Model } from '@understory/core';
import { textFeeds, type CutText, type TextInputs, type TextTokenizer } from '@understory/text';
import { probeClipErrors } from '../errors.ts';
import { unitRows } from './unit-vectors.ts';

export interface TextTowerParts {
  readonly model: Model;
  readonly inputs: TextInputs;
  /** The output or layer that holds the embeddings. */
  readonly output: string;
  /** Absent where there is none beside the model. */
  readonly tokenizer: TextTokenizer | undefined;
  /** What the network is fed beside so many texts, where it has other inputs. */
  readonly beside?: ((texts: number) => Feeds) | undefined;
}

/** How many texts run together. */
const batch = 16;

/** Embeds captions, each text once. */
export class TextTower {
  readonly model: Model;
  readonly inputs: TextInputs;
  readonly output: string;
  readonly #tokenizer: TextTokenizer | undefined;
  readonly #beside: TextTowerParts['beside'];
  readonly #embedded = new Map<string, Promise<Float32Array>>();
  readonly #cut = new Map<string, CutText>();
  readonly #asked = new Set<string>();

  constructor({ model, inputs, output, tokenizer, beside }: TextTowerParts) {
    this.model = model;
    this.inputs = inputs;
    this.output = output;
    this.#tokenizer = tokenizer;
    this.#beside = beside;
  }

  /** Throws TOKENIZER_MISSING. */
  get tokenizer(): TextTokenizer {
    if (this.#tokenizer === undefined) throw probeClipErrors.tokenizerMissing();
    return this.#tokenizer;
  }

  /** How many tokens a text has room for, special ones included. */
  get length(): number {
    const [, length] = this.inputs.ids.dims ?? [];
    return typeof length === 'number' ? length : this.tokenizer.length;
  }

  /** The texts that `embed` was asked for so far and that were too long. */
  get cut(): readonly CutText[] {
    return [...this.#asked].flatMap((text) => this.#cut.get(text) ?? []);
  }

  /** One vector of length 1 for each text. Throws TOKENIZER_MISSING, what encoding texts throws, and what running the tower throws. */
  embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    for (const text of texts) this.#asked.add(text);
    return this.probe(texts);
  }

  /** The same of texts that nobody gave, of which `cut` says nothing. */
  async probe(texts: readonly string[]): Promise<readonly Float32Array[]> {
    const fresh = [...new Set(texts)].filter((text) => !this.#embedded.has(text));
    for (let start = 0; start < fresh.length; start += batch) {
      const part = fresh.slice(start, start + batch);
      const vectors = this.#run(part);
      for (const [at, text] of part.entries()) {
        const vector = vectors.then((all) => all[at]!);
        // Whoever asked is told; the next one may have better luck.
        vector.catch(() => this.#embedded.delete(text));
        this.#embedded.set(text, vector);
      }
    }
    return Promise.all(texts.map((text) => this.#embedded.get(text)!));
  }

  /** What the tower is fed for texts, what it is fed beside them included. */
  feeds(texts: readonly string[]): Feeds {
    return { ...this.#beside?.(texts.length), ...this.textFeeds(texts) };
  }

  /** The same without what is fed beside the texts. */
  textFeeds(texts: readonly string[]): Feeds {
    const encoded = this.tokenizer.encode(texts, this.length);
    for (const each of encoded.cut) this.#cut.set(each.text, each);
    return textFeeds(this.inputs, encoded);
  }

  /** Whether two texts become the same tokens. */
  areAlike(one: string, other: string): boolean {
    const [first, second] = this.tokenizer.encode([one, other], this.length).ids;
    return first!.every((id, at) => id === second![at]);
  }

  async #run(texts: readonly string[]): Promise<readonly Float32Array[]> {
    return unitRows(await this.model.run(this.feeds(texts), [this.output]), this.output, 'captions');
  }
}
