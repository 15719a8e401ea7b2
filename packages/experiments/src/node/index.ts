export type { FileSystem } from './file-system.ts';
export { makeFolder } from './make-folder.ts';
export { nodeStore } from './node-store.ts';
