export { environmentErrors } from './errors.ts';
export { findImages } from './find-images.ts';
export { loadPlugins, type Loaded, type LoadOptions } from './load-plugins.ts';
export type { Offered } from './hosted-environment.ts';
export { nodeEnvironment, type NodeEnvironmentOptions } from './node-environment.ts';
export { readImage } from './read-image.ts';
export { folderStore } from './folder-store.ts';
export { readIds } from './read-ids.ts';
export { prepareFolder, writeWhole } from './write-file.ts';
