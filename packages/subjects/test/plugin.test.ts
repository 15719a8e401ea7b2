import { describe, expect, it } from '@jest/globals';
import { createHost, SUBJECT } from '@understory/core';
import plugin, { kinds } from '@understory/subjects';

describe('the plugin', () => {
  const host = createHost();
  host.use(plugin, { from: 'here' });
  host.start();

  it('provides each kind under the name of its task, with a text that ends as a sentence', () => {
    expect(host.list('subject').map(({ id }) => id)).toEqual(kinds.map(({ id }) => id));
    for (const { id, title, description } of kinds) {
      expect(host.get(SUBJECT, id)).toMatchObject({
        readings: expect.any(Function),
        open: expect.any(Function),
      });
      expect(title).toMatch(/^[A-Z]/);
      expect(description).toMatch(/^[A-Z].*\.$/);
    }
  });
});
