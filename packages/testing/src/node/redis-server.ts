import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether there is a Redis that can be started here. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

/** Behind the name of a test that is skipped without one. */
export const withoutRedis = hasRedis ? '' : ' (skipped: there is no redis-server)';

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Ends it as kill -9 does. */
  kill(): Promise<void>;
  /** Starts it again on what its append-only file has. */
  start(): Promise<void>;
  /** Ends it and removes its files. */
  close(): Promise<void>;
}

/** A Redis of one's own on a free port of loopback, with an append-only file in a temporary folder. */
export async function redisServer(args: readonly string[] = [], scheme = 'redis'): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'understory-redis-'));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const listens = scheme === 'redis' ? ['--port', `${port}`] : ['--port', '0', '--tls-port', `${port}`];
  const start = async () => {
    const own = spawn(
      'redis-server',
      [...listens, '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--save', '', ...args],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    child = own;
    await new Promise<void>((resolve, reject) => {
      let said = '';
      own.stdout.on('data', (chunk) => {
        said += String(chunk);
        if (said.includes('Ready to accept connections')) resolve();
      });
      own.once('exit', () => reject(new Error(`redis-server ended: ${said}`)));
    });
  };
  const kill = async () => {
    const own = child;
    child = undefined;
    if (own === undefined || own.exitCode !== null || own.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => void own.once('exit', () => resolve()));
    own.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    ...{ port, url: `${scheme}://127.0.0.1:${port}/0`, kill, start },
    async close() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
