import { describe, expect, it } from '@jest/globals';
import * as core from '@understory/core';
import { contributionKinds, token } from '@understory/core';

describe('tokens', () => {
  it('exist for every kind of contribution', () => {
    const named: Record<string, unknown> = { ...core };
    for (const kind of contributionKinds) expect(named[kind.toUpperCase()]).toEqual({ name: kind });
  });

  it('of one name are the same', () => {
    expect(token('cache')).toEqual(token('cache'));
  });
});
