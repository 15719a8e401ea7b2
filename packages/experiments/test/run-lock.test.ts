import { describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { runExperiment } from '../src/index.ts';
import { nodeStore } from '../src/node/index.ts';
import { contents, loggedItems, request, study, withFolder } from './support/study.ts';

jest.setTimeout(60_000);

const coded = (code: string, fields: Record<string, unknown> = {}) => expect.objectContaining({ code, ...fields });
const alone = { name: 'run', beside: () => false };

async function writeLock(folder: string, holder: Record<string, unknown> | string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const text = typeof holder === 'string' ? holder : JSON.stringify({ token: 'theirs', started: null, ...holder });
  await writeFile(join(folder, 'run.lock'), text);
}

describe('the lock of a run folder', () => {
  it('refuses a second run while the first one works, naming its process', async () => {
    await withFolder(async (folder) => {
      let second: Promise<unknown> = Promise.resolve();
      const experiment = study(async ({ id }) => {
        if (id === 'image-2') second = runExperiment(request(folder)).catch((error: unknown) => error);
        await second;
      });
      await runExperiment({ ...request(folder), experiment });
      expect(await second).toEqual(
        coded('RUN_LOCKED', {
          found: `process ${process.pid} on ${hostname()}, by the lock "${join(folder, 'run.lock')}"`,
        }),
      );
      expect(await readdir(folder)).not.toContain('run.lock');
    });
  });

  it('is respected while its process lives and taken over when it has ended', async () => {
    await withFolder(async (folder) => {
      const other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
      const ended = new Promise((resolve) => other.on('close', resolve));
      try {
        await writeLock(folder, { pid: other.pid, host: hostname() });
        await expect(runExperiment(request(folder))).rejects.toEqual(coded('RUN_LOCKED'));
      } finally {
        other.kill('SIGKILL');
        await ended;
      }
      expect(await runExperiment(request(folder))).toMatchObject({ worked: 20 });
      expect(await readdir(folder)).not.toContain('run.lock');
    });
  });

  it('is taken over from an earlier process with the number of a living one, where the system tells when that started', async () => {
    await withFolder(async (folder) => {
      await writeLock(folder, { pid: process.pid, host: hostname(), started: 'another boot 1' });
      expect(await runExperiment(request(folder, 2))).toMatchObject({ worked: 2 });
      await writeLock(folder, { pid: process.ppid, host: hostname(), started: 'another boot 1' });
      expect(await runExperiment(request(folder, 3))).toMatchObject({ worked: 1 });
      await writeLock(folder, { pid: process.ppid, host: hostname() });
      await expect(runExperiment(request(folder, 3))).rejects.toEqual(coded('RUN_LOCKED'));
    });
  });

  it('is respected where nobody can tell: of another machine, or unreadable', async () => {
    await withFolder(async (folder) => {
      await writeLock(folder, { pid: 1, host: 'another-machine' });
      const next = `If it ran on another machine and has ended, delete "${join(folder, 'run.lock')}".`;
      await expect(runExperiment(request(folder))).rejects.toEqual(
        coded('RUN_LOCKED', { next: expect.stringContaining(next) }),
      );
      for (const text of ['', '{}', 'null', '{"pid":1}']) {
        await writeLock(folder, text);
        await expect(runExperiment(request(folder))).rejects.toEqual(coded('RUN_LOCKED'));
      }
      expect(await readFile(join(folder, 'run.lock'), 'utf8')).toBe('{"pid":1}');
    });
  });

  it('stops a run from which it was taken away before it writes again', async () => {
    await withFolder(async (folder) => {
      const experiment = study(async ({ id }) => {
        if (id === 'image-5') await rm(join(folder, 'run.lock'));
        if (id === 'image-6') await new Promise((resolve) => setTimeout(resolve, 50));
      });
      await expect(runExperiment({ ...request(folder), experiment })).rejects.toEqual(coded('RUN_LOCK_LOST'));
      expect(await loggedItems(folder)).not.toContain('image-6');
      expect(await runExperiment(request(folder))).toMatchObject({ done: 18 });
    });
  });

  it('goes to exactly one of many that find it abandoned at once', async () => {
    await withFolder(async (path) => {
      for (let round = 0; round < 40; round += 1) {
        await writeLock(path, { pid: 2 ** 30, host: hostname() });
        const store = nodeStore(path);
        const claims = await Promise.allSettled(Array.from({ length: 2 + (round % 7) }, () => store.lock(alone)));
        const won = claims.flatMap((claim) => (claim.status === 'fulfilled' ? [claim.value] : []));
        expect(won).toHaveLength(1);
        await won[0]!.check();
        await won[0]!.release();
        expect(await readdir(path)).toEqual([]);
      }
    });
  });

  it('is taken over although a process died while it took it over', async () => {
    await withFolder(async (path) => {
      const dead = { pid: 2 ** 30, host: hostname(), started: null };
      await writeLock(path, { ...dead, token: 'first' });
      await writeFile(join(path, 'run.lock.first.claim.tmp'), JSON.stringify({ ...dead, token: 'second' }));
      const lock = await nodeStore(path).lock(alone);
      expect(await readdir(path)).toEqual(['run.lock']);
      await lock.release();
    });
  });

  it('of a shard stands beside those of its fellows only', async () => {
    await withFolder(async (path) => {
      await mkdir(path, { recursive: true });
      const store = nodeStore(path);
      const shard = (index: number, count: number) => ({
        name: `shard-${index}-of-${count}`,
        beside: (other: string) => other.endsWith(`-of-${count}`),
      });
      const held = [await store.lock(shard(0, 2)), await store.lock(shard(1, 2))];
      for (const claim of [shard(0, 2), shard(0, 3), alone]) {
        await expect(store.lock(claim)).rejects.toEqual(coded('RUN_LOCKED'));
      }
      for (const lock of held) await lock.release();
      const whole = await store.lock(alone);
      await expect(store.lock(shard(0, 2))).rejects.toEqual(coded('RUN_LOCKED'));
      await whole.release();
      expect(await contents(path)).toEqual({});
    });
  });
});
