import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** A binary of a version of Node from npm, installed into a folder without a script, with what it calls itself; or why there is none. */
export function nodeBinary(version, folder) {
  const wanted = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}@${version}`;
  const made = spawnSync('npm', ['install', '--no-save', '--ignore-scripts', '--prefix', folder, wanted], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const binary = join(folder, 'node_modules', wanted.split('@')[0], 'bin', 'node');
  const { stdout, status } = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  if (status === 0) return { binary, name: stdout.trim() };
  return {
    reason:
      made.stderr
        .trim()
        .split('\n')
        .find((line) => line.includes('npm error')) ?? 'it does not start',
  };
}
