export type { FileSystem } from './file-system.ts';
export { nodeStore } from './node-store.ts';
