/** What lies at a path. */
export interface FoundEntry {
  readonly kind: 'file' | 'folder' | 'other';
  /** What it is where it is no file: `a folder`, `a named pipe`. */
  readonly words?: string | undefined;
  /** In bytes. */
  readonly size: number;
}

/** How the parts of a path are put together and taken apart. */
export interface Paths {
  join(...parts: readonly string[]): string;
  dirname(path: string): string;
  basename(path: string, ending?: string): string;
  extname(path: string): string;
}

/** Where models lie: a disk, or what a page was given. */
export interface ModelFiles extends Paths {
  /** Links are followed; undefined where there is nothing. Rejects with the system's reason. */
  find(path: string): Promise<FoundEntry | undefined>;
  /** What lies in a folder, in order; undefined where there is no such folder. Rejects with the system's reason. */
  names(folder: string): Promise<readonly string[] | undefined>;
  /** As UTF-8; undefined where there is no such file. Rejects where there are more than `most` bytes, and with the system's reason. */
  readText(path: string, most: number): Promise<string | undefined>;
}

/** The most bytes of `config.json` and the like: 64 MiB. */
export const largestConfiguration = 2 ** 26;
