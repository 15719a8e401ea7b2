import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What the plugin packages of a workspace provide, read from their sources: kind, id and package of each contribution. */
export function provided(root) {
  const script = fileURLToPath(new URL('../list-provided.mjs', import.meta.url));
  const argv = ['--conditions=@understory/source', script];
  const env = { ...process.env, NODE_OPTIONS: '' };
  return JSON.parse(execFileSync(process.execPath, argv, { cwd: root, env, encoding: 'utf8' }));
}
