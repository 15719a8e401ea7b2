import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { root } from './python.mjs';

const requirements = `${root}tools/bench/requirements-peers.txt`;

/**
 * A Python with the packages of `tools/bench/requirements-peers.txt` from PyPI, in an environment under node_modules/.cache that is made where
 * there is none; $UNDERSTORY_PEERS names another one.
 */
export function peersPython() {
  if (process.env.UNDERSTORY_PEERS) return process.env.UNDERSTORY_PEERS;
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = `${root}node_modules/.cache/understory-peers-${digest}`;
  const python = `${folder}/bin/python`;
  if (existsSync(`${folder}/complete`)) return python;
  console.error(`Installing the packages of ${requirements} into ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  run('python3', ['-m', 'venv', folder]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
  writeFileSync(`${folder}/complete`, '');
  return python;
}

function run(program, args) {
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${error ?? stderr}`);
}
