import { describe, expect, it } from '@jest/globals';
import { SessionCache } from '../src/session-cache.ts';

class Session {
  readonly name: string;
  releases = 0;

  constructor(name: string) {
    this.name = name;
  }

  async release(): Promise<void> {
    this.releases += 1;
  }
}

const nameOf = async ({ name }: Session) => name;

describe('SessionCache', () => {
  it('uses what it was given to hold, and opens again what was dropped', async () => {
    const cache = new SessionCache<Session>(2);
    const held = new Session('held');
    cache.hold('a', held);
    expect(await cache.use('a', async () => new Session('opened'), nameOf)).toBe('held');
    await cache.drop('a');
    expect(held.releases).toBe(1);
    expect(await cache.use('a', async () => new Session('opened'), nameOf)).toBe('opened');
    await cache.drop('nothing');
    expect(cache.size).toBe(1);
  });

  it('drops nothing that is in use', async () => {
    const cache = new SessionCache<Session>(2);
    const session = new Session('busy');
    cache.hold('a', session);
    await cache.use(
      'a',
      async () => session,
      async () => cache.drop('a'),
    );
    expect([session.releases, cache.size]).toEqual([0, 1]);
  });

  it('releases the one that was not used for longest when there are too many', async () => {
    const cache = new SessionCache<Session>(2);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => new Session(name));
    for (const session of [a!, b!, a!, c!]) await cache.use(session.name, async () => session, nameOf);
    expect([a!.releases, b!.releases, c!.releases]).toEqual([0, 1, 0]);
    await cache.clear();
    expect([a!.releases, b!.releases, c!.releases, cache.size]).toEqual([1, 1, 1, 0]);
  });
});
