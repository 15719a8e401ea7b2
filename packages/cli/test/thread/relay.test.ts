import { describe, expect, it } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import type { FromThread, ToThread } from '../../src/thread/messages.ts';
import { relay } from '../../src/thread/relay.ts';

/** A thread, streams and a clock that do what they are told, and a list of all that happens. */
function scene({ stdout = (): Error | null => null, isTTY = false } = {}) {
  const events: unknown[] = [];
  const timers: { at: number; act: () => void }[] = [];
  let time = 0;
  const thread = Object.assign(new EventEmitter(), {
    postMessage: (message: ToThread) => void events.push(message),
    terminate: () => void events.push('terminated'),
  });
  const stream = (name: string, outcome: () => Error | null) => {
    const write = (chunk: unknown, _encoding: string, done: (error: Error | null) => void) => {
      const error = outcome();
      if (error === null) events.push(`${name}: ${String(chunk)}`);
      done(error);
    };
    return Object.assign(new Writable({ write }), { isTTY });
  };
  const { signalled, ended } = relay(thread, {
    ...{ stdout: stream('stdout', stdout), stderr: stream('stderr', () => null) },
    interrupt: () => void events.push('flag'),
    wordsFor: async ({ kind }, { done, asked }) => ({ stdout: '', stderr: `${kind} ${done}/${asked}` }),
    removeFile: (path) => void events.push(`removed ${path}`),
    die: (signal) => void events.push(`died of ${signal}`),
    now: () => time,
    after: (milliseconds, act) => void timers.push({ at: time + milliseconds, act }),
  });
  /** Lets time go on, and everything that waits for no time. */
  const pass = async (milliseconds: number) => {
    time += milliseconds;
    for (const timer of timers.filter(({ at }) => at <= time)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.act();
    }
    await new Promise((resolve) => setImmediate(resolve));
  };
  const say = (message: FromThread) => void thread.emit('message', message);
  return { events, thread, say, pass, signalled, ended };
}

const text = (content: string) => new TextEncoder().encode(content);

describe('a relay', () => {
  it('writes what the thread writes, says so, and ends with its code when all is written', async () => {
    const { events, thread, say, pass, ended } = scene();
    say({ kind: 'write', stream: 'stdout', bytes: text('one') });
    say({ kind: 'write', stream: 'stderr', bytes: text('two') });
    say({ kind: 'ended', code: 2 });
    await pass(0);
    thread.emit('exit');
    expect(await ended).toBe(2);
    expect(events).toEqual([
      'stdout: one',
      'stderr: two',
      { kind: 'taken', stream: 'stdout', bytes: 3 },
      { kind: 'taken', stream: 'stderr', bytes: 3 },
      'terminated',
    ]);
  });

  it('asks the thread to stop at the first signal and takes its code where it does', async () => {
    const { events, thread, say, pass, signalled, ended } = scene();
    signalled('SIGINT');
    expect(events).toEqual(['flag', { kind: 'interrupted' }]);
    await pass(400);
    say({ kind: 'ended', code: 2 });
    await pass(0);
    thread.emit('exit');
    expect(await ended).toBe(2);
    expect(events).toHaveLength(3);
  });

  it('speaks for a thread that does not stop, removes what is half-written and dies of the signal, within a second', async () => {
    const { events, say, pass, signalled } = scene();
    say({ kind: 'standing', event: { kind: 'begun', asked: 9, resumes: true } });
    say({ kind: 'standing', event: { kind: 'counted', asked: 9, done: 4 } });
    say({ kind: 'unfinished', path: 'a.tmp', exists: true });
    say({ kind: 'unfinished', path: 'b.tmp', exists: true });
    say({ kind: 'unfinished', path: 'a.tmp', exists: false });
    signalled('SIGTERM');
    events.length = 0;
    await pass(499);
    expect(events).toEqual([]);
    await pass(1);
    expect(events).toEqual(['stderr: interrupted 4/9', 'removed b.tmp', 'died of SIGTERM']);
    // What still comes is late.
    say({ kind: 'write', stream: 'stdout', bytes: text('late') });
    expect(events).toHaveLength(3);
  });

  it('gives a command that concludes with files the time to write them, says so, and ends at once at a second signal', async () => {
    const { events, say, pass, signalled } = scene();
    say({ kind: 'standing', event: { kind: 'begun', asked: 9, resumes: false, concludes: true } });
    signalled('SIGINT');
    const note = 'stderr: note: what is done is written first; interrupt again to end at once\n';
    expect(events).toEqual(['flag', { kind: 'interrupted' }, note]);
    await pass(14_999);
    expect(events).toHaveLength(3);
    await pass(1);
    expect(events.slice(3)).toEqual(['stderr: interrupted 0/9', 'died of SIGINT']);

    const twice = scene();
    twice.say({ kind: 'standing', event: { kind: 'begun', asked: 9, resumes: false, concludes: true } });
    twice.signalled('SIGINT');
    await twice.pass(200);
    twice.signalled('SIGINT');
    await twice.pass(0);
    expect(twice.events.at(-1)).toBe('died of SIGINT');
  });

  it('ends at once at a second signal, whatever it is', async () => {
    const { events, pass, signalled } = scene();
    signalled('SIGINT');
    await pass(200);
    signalled('SIGTERM');
    await pass(0);
    expect(events.slice(2)).toEqual(['stderr: interrupted 0/0', 'died of SIGTERM']);
  });

  it('takes the echo of a signal, which npx sends, for the signal itself', async () => {
    const { events, pass, signalled } = scene();
    signalled('SIGINT');
    await pass(5);
    signalled('SIGINT');
    await pass(0);
    expect(events).toHaveLength(2);
  });

  it('gives a terminal its cursor back', async () => {
    const { events, pass, signalled } = scene({ isTTY: true });
    signalled('SIGINT');
    await pass(500);
    const escape = String.fromCharCode(27);
    expect(events).toContain(`stderr: \r${escape}[2K${escape}[?25h${escape}[?7hinterrupted 0/0`);
  });

  it('tells of a thread that ends without its command having ended, and of one that fails', async () => {
    const silent = scene();
    silent.thread.emit('exit');
    expect(await silent.ended).toBe(2);
    expect(silent.events).toEqual(['stderr: neverSettled 0/0']);

    const failing = scene();
    failing.thread.emit('error', new Error('no'));
    failing.thread.emit('exit');
    expect(await failing.ended).toBe(2);
    expect(failing.events).toEqual(['stderr: failed 0/0']);
  });

  it('tells of a rejection that nobody handled when the command is through, and of the first alone', async () => {
    const { events, thread, say, pass, ended } = scene();
    say({ kind: 'left', error: new Error('first') });
    say({ kind: 'left', error: new Error('second') });
    expect(events).toEqual([]);
    say({ kind: 'ended', code: 0 });
    await pass(0);
    thread.emit('exit');
    expect(await ended).toBe(2);
    expect(events).toEqual(['stderr: left 0/0', 'terminated']);
  });

  it('asks the thread to stop where the reader has gone, and ends quietly with 0', async () => {
    const { events, thread, say, pass, ended } = scene({
      stdout: () => Object.assign(new Error('gone'), { code: 'EPIPE' }),
    });
    say({ kind: 'write', stream: 'stdout', bytes: text('one') });
    await pass(0);
    say({ kind: 'write', stream: 'stderr', bytes: text('a complaint') });
    say({ kind: 'ended', code: 2 });
    await pass(0);
    thread.emit('exit');
    expect(await ended).toBe(0);
    expect(events.filter((event) => typeof event === 'string')).toEqual(['flag', 'terminated']);
  });

  it('dies of SIGPIPE where the reader has gone and the thread does not stop', async () => {
    const { events, say, pass } = scene({ stdout: () => Object.assign(new Error('gone'), { code: 'EPIPE' }) });
    say({ kind: 'write', stream: 'stdout', bytes: text('one') });
    await pass(0);
    await pass(500);
    expect(events.at(-1)).toBe('died of SIGPIPE');
  });

  it('says that a full disk takes no more output, stops the command and ends with 2', async () => {
    const { events, thread, say, pass, ended } = scene({
      stdout: () => Object.assign(new Error('full'), { code: 'ENOSPC' }),
    });
    say({ kind: 'write', stream: 'stdout', bytes: text('one') });
    await pass(0);
    expect(events).toContain('flag');
    expect(events).toContain('stderr: notWritable 0/0');
    say({ kind: 'ended', code: 0 });
    await pass(0);
    thread.emit('exit');
    expect(await ended).toBe(2);
  });
});
