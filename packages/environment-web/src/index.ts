export { KeptModels, type KeptModel } from './kept-models.ts';
export { PageFiles, type FileContent, type GivenFile } from './page-files.ts';
export { privateStore } from './private-store.ts';
export { webEnvironment, type WebEnvironmentOptions } from './web-environment.ts';
