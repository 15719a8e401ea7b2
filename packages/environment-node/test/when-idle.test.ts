import { describe, expect, it } from '@jest/globals';
import { nodeEnvironment } from '../src/node-environment.ts';

/** What is told where nothing is left to happen, and the events of the loop that it adds. */
function idle(canHelp: () => boolean): { readonly added: number; readonly listeners: number } {
  const before = process.listeners('beforeExit');
  const immediates = () => process.getActiveResourcesInfo().filter((name) => name === 'Immediate').length;
  const stop = nodeEnvironment().whenIdle(canHelp);
  const own = process.listeners('beforeExit').filter((listener) => !before.includes(listener));
  const waiting = immediates();
  for (const listener of own) listener(0);
  const added = immediates() - waiting;
  stop();
  return { added, listeners: process.listeners('beforeExit').length - before.length };
}

describe('where nothing is left to happen', () => {
  it('the loop goes on for one event where somebody could help, so that what follows is run', () => {
    expect(idle(() => true)).toEqual({ added: 1, listeners: 0 });
  });

  it('and ends where nobody could', () => {
    expect(idle(() => false)).toEqual({ added: 0, listeners: 0 });
  });
});
