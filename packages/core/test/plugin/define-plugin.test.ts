import { describe, expect, it } from '@jest/globals';
import { definePlugin } from '@understory/core';
import type { PluginManifest } from '@understory/core';

const manifest: PluginManifest = { name: 'p', version: '1.2.3', hostApi: '^1.0.0', provides: [], register: () => {} };

describe('definePlugin', () => {
  it('hands back what it is given, frozen', () => {
    const defined = definePlugin(manifest);
    expect(defined).toEqual(manifest);
    expect(Object.isFrozen(defined)).toBe(true);
  });

  it.each([
    [{ name: '' }, 'A plugin', 'no name'],
    [{ version: '1' }, 'p', 'version "1"'],
    [{ hostApi: 'newest' }, 'p', 'hostApi "newest"'],
    [{ register: undefined as unknown as () => void }, 'p', 'register'],
  ])('refuses %j', (wrong, plugin, reason) => {
    expect(() => definePlugin({ ...manifest, ...wrong })).toThrow(
      expect.objectContaining({
        code: 'PLUGIN_INVALID',
        message: expect.stringContaining(plugin),
        found: expect.stringContaining(reason),
      }),
    );
  });
});
