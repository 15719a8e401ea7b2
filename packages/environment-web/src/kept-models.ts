import type { Store } from '@understory/core';
import { webErrors } from './errors.ts';
import type { GivenFile } from './page-files.ts';
import { sha256 } from './sha256.ts';

/** A model that outlives the page. */
export interface KeptModel {
  /** SHA-256 of its file; of the list of its files and their digests where it has several. */
  readonly id: string;
  readonly name: string;
  readonly files: readonly KeptFile[];
}

interface KeptFile {
  /** Relative to the model's folder. */
  readonly path: string;
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
}

/** Models in a store, each file once under its digest, whatever models it belongs to. */
export class KeptModels {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Keeps a model; one that is kept already takes the name. */
  async keep(
    name: string,
    files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
  ): Promise<KeptModel> {
    const kept: KeptFile[] = [];
    for (const { path, bytes } of files.toSorted((one, other) => (one.path < other.path ? -1 : 1))) {
      const digest = await sha256(bytes);
      await this.#store.create(`files/${digest}`, bytes);
      kept.push({ path, sha256: digest, size: bytes.length });
    }
    const [only, ...others] = kept;
    const listed = new TextEncoder().encode(JSON.stringify(kept.map((file) => [file.path, file.sha256])));
    const id = only !== undefined && others.length === 0 ? only.sha256 : await sha256(listed);
    const model: KeptModel = { id, name, files: kept };
    await this.#store.write(`models/${id}.json`, JSON.stringify(model));
    return model;
  }

  /** Models whose files are all there, by name. */
  async list(): Promise<readonly KeptModel[]> {
    const there = new Set(await this.#store.names('files'));
    const models: KeptModel[] = [];
    for (const file of await this.#store.names('models')) {
      const text = await this.#store.readText(`models/${file}`);
      const model = text === undefined ? undefined : (JSON.parse(text) as KeptModel);
      if (model?.files.every(({ sha256: digest }) => there.has(digest)) === true) models.push(model);
    }
    return models.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** The files of a model under a folder; throws MODEL_NOT_FOUND. */
  async open(id: string, folder: string): Promise<readonly GivenFile[]> {
    const model = (await this.list()).find((each) => each.id === id);
    if (model === undefined) throw webErrors.modelNotKept({ id });
    const files: GivenFile[] = [];
    for (const { path, sha256: digest } of model.files) {
      const content = await this.#store.read(`files/${digest}`);
      if (content === undefined) throw webErrors.modelNotKept({ id });
      files.push({ path: `${folder}/${path}`, content });
    }
    return files;
  }

  /** Forgets a model, and the files that no other one has. */
  async forget(id: string): Promise<void> {
    await this.#store.remove(`models/${id}.json`);
    const needed = new Set((await this.list()).flatMap(({ files }) => files.map((file) => file.sha256)));
    for (const digest of await this.#store.names('files')) {
      if (!needed.has(digest)) await this.#store.remove(`files/${digest}`);
    }
  }
}
