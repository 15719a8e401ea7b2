import * as nodeFileSystem from 'node:fs/promises';

/** What a run asks of the disk, named and typed as in Node, so that tests can stand between. */
export type FileSystem = Pick<
  typeof nodeFileSystem,
  'link' | 'mkdir' | 'open' | 'readFile' | 'readdir' | 'rename' | 'rm' | 'stat'
>;

export const disk: FileSystem = nodeFileSystem;
