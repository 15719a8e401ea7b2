export type { ExitCode, Io, Stream } from './io.ts';
export {
  commandTree,
  type ArgumentDescription,
  type CommandDescription,
  type OptionDescription,
} from './command-tree.ts';
export { loadPlugins, type Loaded, type LoadOptions } from '@understory/environment-node';
export { run } from './run.ts';
