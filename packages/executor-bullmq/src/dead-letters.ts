import type { KeptFile } from '@understory/core';
import { z } from 'zod';
import type { Try } from './errors.ts';

/** The list in the run folder. */
const deadLettersFile = 'dead-letters.json';

const letters = z.record(z.string(), z.array(z.object({ worker: z.string(), reason: z.string() })));

/** Items that no worker could do, with every try: a file of the run folder that is there only where there are some. */
export class DeadLetters {
  readonly #keep: (file: KeptFile) => Promise<void>;
  readonly #kept: (() => Promise<Uint8Array | undefined>) | undefined;
  #letters: Map<string, readonly Try[]> | undefined;

  constructor(
    keep: (file: KeptFile) => Promise<void>,
    kept: ((name: string) => Promise<Uint8Array | undefined>) | undefined,
  ) {
    this.#keep = keep;
    this.#kept = kept && (() => kept(deadLettersFile));
  }

  /** Reads what an earlier process wrote; what cannot be read is as if it were not there. */
  async open(): Promise<void> {
    const bytes = await this.#kept?.();
    this.#letters = new Map(bytes === undefined ? [] : Object.entries(parsed(new TextDecoder().decode(bytes))));
  }

  async add(item: string, tries: readonly Try[]): Promise<void> {
    this.#letters?.set(item, tries);
    await this.#write();
  }

  /** Takes an item off the list that came to an end after all. */
  async settle(item: string): Promise<void> {
    if (this.#letters?.delete(item) === true) await this.#write();
  }

  async #write(): Promise<void> {
    const list = [...(this.#letters ?? [])].sort(([one], [other]) => (one < other ? -1 : 1));
    if (list.length === 0) return this.#keep({ name: deadLettersFile });
    const text = `${JSON.stringify(Object.fromEntries(list), null, 2)}\n`;
    await this.#keep({ name: deadLettersFile, bytes: new TextEncoder().encode(text) });
  }
}

function parsed(text: string): z.output<typeof letters> {
  try {
    return letters.parse(JSON.parse(text));
  } catch {
    return {};
  }
}
