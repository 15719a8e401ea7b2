import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const hasRedis = () => spawnSync('redis-server', ['--version']).status === 0;

/** A Redis with an append-only file on a free port of loopback: `kill` ends it as kill -9 does, `start` starts it on what it has. */
export async function startRedis() {
  const folder = mkdtempSync(join(tmpdir(), 'understory-redis-'));
  const port = await freePort();
  const listens = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder];
  let child;
  const start = () => {
    const own = spawn('redis-server', [...listens, '--appendonly', 'yes', '--save', ''], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = own;
    return new Promise((resolve, reject) => {
      own.stdout.on('data', (text) => String(text).includes('Ready to accept connections') && resolve());
      own.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
    });
  };
  const kill = () =>
    new Promise((resolve) => {
      child.once('exit', resolve);
      child.kill('SIGKILL');
    });
  await start();
  return {
    ...{ url: `redis://127.0.0.1:${port}/0`, start, kill },
    /** Bytes that it has in memory, all in all. */
    memory: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) * 1024,
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort() {
  const server = createServer();
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    }),
  );
}
