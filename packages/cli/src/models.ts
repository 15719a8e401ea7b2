import type { Host } from '@understory/core';
import type { ResolvedModel } from '@understory/zoo';
import type { Loaded } from './load-plugins.ts';
import { openModel, type OpenedModel } from './open-model.ts';

/** One model, opened once with each backend that some plugin runs on. */
export class Models {
  readonly #host: Host;
  readonly #loaded: Pick<Loaded, 'backendOf'>;
  readonly #resolved: ResolvedModel;
  readonly #options: Parameters<typeof openModel>[2];
  readonly #opened = new Map<string, OpenedModel>();

  constructor(
    loaded: Pick<Loaded, 'host' | 'backendOf'>,
    resolved: ResolvedModel,
    options: Parameters<typeof openModel>[2],
  ) {
    this.#host = loaded.host;
    this.#loaded = loaded;
    this.#resolved = resolved;
    this.#options = options;
  }

  /** As a plugin sees it, or with the backend for everything where none is named; throws NO_BACKEND_FOR and what backends throw. */
  async of(plugin?: string): Promise<OpenedModel> {
    const said = this.#loaded.backendOf(plugin);
    const id = said ?? this.#host.backendReading(this.#resolved.source).id;
    const known = this.#opened.get(id);
    if (known !== undefined) return known;
    // What another backend has open, so that both see the same layout and the same names.
    const inUse = [...this.#opened.values()].map(({ resolved }) => resolved.source);
    const fresh = await openModel(this.#host, this.#resolved, this.#options, id, inUse);
    this.#opened.set(id, fresh);
    return fresh;
  }

  async close(): Promise<void> {
    for (const { model } of this.#opened.values()) await model.close();
    this.#opened.clear();
  }
}
