export type { ExitCode, Io, Stream } from './io.ts';
export { loadPlugins, type Loaded, type LoadOptions } from './load-plugins.ts';
export { run } from './run.ts';
