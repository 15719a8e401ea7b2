import { describe, expect, it } from '@jest/globals';
import { importPeer } from '@understory/core';

const install = 'npm install understory-no-such-peer';

describe('importPeer', () => {
  it('hands over the package', async () => {
    await expect(importPeer('fast-check', install, () => import('fast-check'))).resolves.toHaveProperty('assert');
  });

  it.each(['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'])(
    'says how to install a package that is not there (%s)',
    async (code) => {
      const cause = Object.assign(new Error(`Cannot find package 'understory-no-such-peer' imported from x`), { code });
      await expect(importPeer('understory-no-such-peer', install, () => Promise.reject(cause))).rejects.toThrow(
        expect.objectContaining({ code: 'MISSING_PEER', next: `Run: ${install}`, cause }),
      );
    },
  );

  it('knows the error of a real import', async () => {
    const name: string = 'understory-no-such-peer';
    await expect(importPeer(name, install, () => import(name))).rejects.toThrow(
      expect.objectContaining({ code: 'MISSING_PEER' }),
    );
  });

  it.each([
    Object.assign(new Error("Cannot find package 'its-own-dependency'"), { code: 'ERR_MODULE_NOT_FOUND' }),
    new Error('libtensorflow.so.2: cannot open shared object file'),
  ])('does not call a broken package missing: %p', async (cause) => {
    await expect(importPeer('understory-no-such-peer', install, () => Promise.reject(cause))).rejects.toThrow(
      expect.objectContaining({ code: 'PEER_NOT_LOADABLE', found: cause.message, cause }),
    );
  });
});
