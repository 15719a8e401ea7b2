import { BACKEND, type Host } from '@understory/core';
import type { FoundModel, LoadedPlugins } from '../environment.ts';
import { openModel, type ModelOptions, type OpenedModel } from './open-model.ts';

/** One model, opened once with each backend that some plugin runs on. */
export class Models {
  readonly #host: Host;
  readonly #loaded: Pick<LoadedPlugins, 'backendOf'>;
  readonly #resolved: FoundModel;
  readonly #options: ModelOptions;
  readonly #opened = new Map<string, OpenedModel>();
  /** The plugins that take part; undefined for what needs no plugin. */
  readonly #plugins: readonly (string | undefined)[];

  /** Of plugins, only those that take part: a model is opened as all of their backends can read it. */
  constructor(
    loaded: LoadedPlugins,
    resolved: FoundModel,
    options: ModelOptions,
    plugins: readonly (string | undefined)[],
  ) {
    this.#host = loaded.host;
    this.#loaded = loaded;
    this.#resolved = resolved;
    this.#options = options;
    this.#plugins = plugins;
  }

  /** As a plugin sees it, or with the backend for everything where none is named; throws NO_BACKEND_FOR, BACKEND_CANNOT_READ and what backends throw. */
  async of(plugin?: string): Promise<OpenedModel> {
    const id = this.#idFor(plugin);
    const known = this.#opened.get(id);
    if (known !== undefined) return known;
    const fresh = await openModel(this.#host, this.#resolved, this.#options, id, this.#shared(id));
    this.#opened.set(id, fresh);
    return fresh;
  }

  #idFor(plugin?: string): string {
    return this.#loaded.backendOf(plugin) ?? this.#host.backendReading(this.#resolved.source).id;
  }

  /** Where a run has several backends, the files that all of them read: from one file they see one layout and the same names. */
  #shared(id: string): readonly FoundModel['source'][] {
    const ids = new Set([id, ...this.#plugins.map((plugin) => this.#idFor(plugin))]);
    if (ids.size === 1) return [];
    const backends = [...ids].map((each) => this.#host.get(BACKEND, each));
    return [this.#resolved.source, ...(this.#resolved.otherSources ?? [])].filter((source) =>
      backends.every((backend) => backend.accepts(source)),
    );
  }

  async close(): Promise<void> {
    for (const opened of this.#opened.values()) await opened.close();
    this.#opened.clear();
  }
}
