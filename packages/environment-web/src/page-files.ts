import { closest, isDiagnosed, reasonOf } from '@understory/core';
import { posixPaths, type FoundEntry, type ModelFiles } from '@understory/zoo/places';
import { webErrors } from './errors.ts';

/** What a file holds: bytes, a file that was dropped or chosen, or what the page fetches when it is read. */
export type FileContent = Blob | Uint8Array | { readonly url: string };

/** A file and the path that it has in the page. */
export interface GivenFile {
  /** With `/` between its parts: `models/net/onnx/model.onnx`. */
  readonly path: string;
  readonly content: FileContent;
}

/** The files that a page was given, as folders; nothing of them is read before it is asked for. */
export class PageFiles implements ModelFiles {
  readonly #files = new Map<string, FileContent>();
  /** How often each path was given another file or none. */
  readonly #changes = new Map<string, number>();
  readonly join = posixPaths.join;
  readonly dirname = posixPaths.dirname;
  readonly basename = posixPaths.basename;
  readonly extname = posixPaths.extname;

  /** Grows whenever what lies in the folder of a path has changed. */
  versionOf(path: string): number {
    const folder = `${posixPaths.dirname(placeOf(path))}/`;
    let version = 0;
    for (const [each, changes] of this.#changes) if (folder === './' || each.startsWith(folder)) version += changes;
    return version;
  }

  /** Every path, in order. */
  get paths(): readonly string[] {
    return [...this.#files.keys()].sort();
  }

  /** A file in the place of one that has its path. */
  add(files: readonly GivenFile[]): void {
    for (const { path, content } of files) {
      const place = placeOf(path);
      if (this.#files.has(place)) this.#changed(place);
      this.#files.set(place, content);
    }
  }

  /** A file, or a folder with all that lies in it. */
  remove(path: string): void {
    const place = placeOf(path);
    for (const each of [...this.#files.keys()]) {
      if (each !== place && !each.startsWith(`${place}/`)) continue;
      this.#files.delete(each);
      this.#changed(each);
    }
  }

  #changed(place: string): void {
    this.#changes.set(place, (this.#changes.get(place) ?? 0) + 1);
  }

  async find(path: string): Promise<FoundEntry | undefined> {
    const content = this.#files.get(placeOf(path));
    if (content !== undefined) return { kind: 'file', size: sizeOf(content) };
    return (await this.names(path)) === undefined ? undefined : { kind: 'folder', words: 'a folder', size: 0 };
  }

  async names(folder: string): Promise<readonly string[] | undefined> {
    const place = placeOf(folder);
    const start = place === '.' ? '' : `${place}/`;
    const names = new Set<string>();
    for (const path of this.#files.keys())
      if (path.startsWith(start)) names.add(path.slice(start.length).split('/')[0]!);
    return names.size === 0 ? undefined : [...names].sort();
  }

  async readText(path: string, most = Infinity): Promise<string | undefined> {
    if (!this.#files.has(placeOf(path))) return undefined;
    const bytes = await this.read(path);
    if (bytes.length > most) throw new RangeError(`${bytes.length} bytes, where at most ${most} are read`);
    return new TextDecoder().decode(bytes);
  }

  /** The bytes of a file; throws FILE_NOT_READABLE. */
  readonly read = async (path: string): Promise<Uint8Array> => {
    const place = placeOf(path);
    const content = this.#files.get(place);
    if (content === undefined) throw webErrors.fileNotGiven({ path, near: closest(place, this.paths) });
    if (content instanceof Uint8Array) return content;
    try {
      return new Uint8Array(await (content instanceof Blob ? content.arrayBuffer() : fetched(content.url)));
    } catch (cause) {
      if (isDiagnosed(cause)) throw cause;
      const url = content instanceof Blob ? 'the file' : content.url;
      throw webErrors.fileNotFetched({ path, url, reason: reasonOf(cause), cause });
    }
  };
}

/** Browsers begin some paths with `/`, which leads nowhere else here. */
function placeOf(path: string): string {
  const parts = posixPaths
    .join('/', path)
    .split('/')
    .filter((part) => part !== '');
  return parts.length === 0 ? '.' : parts.join('/');
}

/** Of what is fetched it is not known before. */
function sizeOf(content: FileContent): number {
  if (content instanceof Uint8Array) return content.length;
  return content instanceof Blob ? content.size : 0;
}

async function fetched(url: string): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answers ${response.status} ${response.statusText}`.trim());
  return response.arrayBuffer();
}
