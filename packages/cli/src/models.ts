import { BACKEND, type Host } from '@understory/core';
import type { ResolvedModel } from '@understory/zoo';
import type { Loaded } from './load-plugins.ts';
import { openModel, type OpenedModel } from './open-model.ts';

/** One model, opened once with each backend that some plugin runs on. */
export class Models {
  readonly #host: Host;
  readonly #loaded: Pick<Loaded, 'backendOf' | 'configuration'>;
  readonly #resolved: ResolvedModel;
  readonly #options: Parameters<typeof openModel>[2];
  readonly #opened = new Map<string, OpenedModel>();

  constructor(
    loaded: Pick<Loaded, 'host' | 'backendOf' | 'configuration'>,
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
    const fresh = await openModel(this.#host, this.#resolved, this.#options, id, this.#shared(id));
    this.#opened.set(id, fresh);
    return fresh;
  }

  /** Where a run has several backends, the files that all of them read: from one file they see one layout and the same names. */
  #shared(id: string): readonly ResolvedModel['source'][] {
    const others = Object.values(this.#loaded.configuration.backends ?? {});
    const ids = new Set([id, this.#loaded.backendOf() ?? id, ...others]);
    if (ids.size === 1) return [];
    const backends = [...ids].map((each) => this.#host.get(BACKEND, each));
    return [this.#resolved.source, ...(this.#resolved.otherSources ?? [])].filter((source) =>
      backends.every((backend) => backend.accepts(source)),
    );
  }

  async close(): Promise<void> {
    for (const { model } of this.#opened.values()) await model.close();
    this.#opened.clear();
  }
}
