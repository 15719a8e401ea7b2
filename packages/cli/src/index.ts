export type { ExitCode, Io, Stream } from './io.ts';
export { loadPlugins, type Loaded, type LoadOptions } from '@understory/environment-node';
export { run } from './run.ts';
