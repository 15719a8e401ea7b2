import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readRegularFile, readTextFile } from '../src/node/files.ts';
import { rejection } from './golden.ts';

const folder = mkdtempSync(join(tmpdir(), 'understory-files-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string) => join(folder, name);

describe('readRegularFile', () => {
  it('gives the bytes, through links too, up to the limit', async () => {
    writeFileSync(path('five'), 'abcde');
    symlinkSync('five', path('link'));
    expect(Buffer.from(await readRegularFile(path('link'), 5)).toString()).toBe('abcde');
    expect(await rejection(readRegularFile(path('five'), 4))).toMatchObject({
      message: '5 bytes or more, where at most 4 are read',
    });
    writeFileSync(path('empty'), '');
    expect(await readRegularFile(path('empty'), 4)).toHaveLength(0);
  });

  it('reads files of the system, which state no size', async () => {
    expect(await readTextFile('/proc/self/status')).toMatch(/^Name:/);
    expect(await rejection(readRegularFile('/proc/self/status', 10))).toMatchObject({
      message: expect.stringContaining('at most 10 are read'),
    });
  });

  it('refuses what is no file, without waiting', async () => {
    execFileSync('mkfifo', [path('pipe')]);
    const server = createServer();
    await new Promise<void>((listening) => server.listen(path('socket'), listening));
    const reasons = [];
    for (const name of [path('pipe'), path('socket'), '/dev/zero', folder]) {
      reasons.push(((await rejection(readRegularFile(name, 10))) as Error).message);
    }
    await new Promise((closed) => server.close(closed));
    expect(reasons).toEqual(
      ['a named pipe', 'a socket', 'a device', 'a folder'].map((what) => `it is ${what}, not a file`),
    );
  });
});

describe('readTextFile', () => {
  it.each([
    ['utf8', 'grün\n'],
    ['utf8', '\uFEFFgrün\n'],
    ['utf16le', '\uFEFFgrün\n'],
  ] as const)('reads %s and leaves its mark out', async (encoding, text) => {
    writeFileSync(path('text'), text, encoding);
    expect(await readTextFile(path('text'))).toBe('grün\n');
  });
});
