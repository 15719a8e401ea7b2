import { expect, it } from '@jest/globals';
import { newFlag, signalOf } from '@understory/experiments/interruption';
import { RemoteStream } from '../../src/thread/remote-stream.ts';

it('a remote stream sends at once, and makes who writes more than a mebibyte wait until it is taken', () => {
  const sent: number[] = [];
  const stream = new RemoteStream({ isTTY: true, columns: 80, rows: 24 }, (bytes) => void sent.push(bytes.length));
  stream.write('abc');
  stream.write('x'.repeat(2 ** 20));
  stream.write('later');
  expect(sent).toEqual([3, 2 ** 20]);
  expect(stream.isWaiting).toBe(true);
  stream.taken(3 + 2 ** 20);
  expect(sent).toEqual([3, 2 ** 20, 5]);
  expect(stream.isWaiting).toBe(false);
});

it('a remote stream follows the size of the terminal', () => {
  const stream = new RemoteStream({ isTTY: true, columns: 80, rows: 24 }, () => undefined);
  const seen: unknown[] = [];
  stream.on('resize', () => seen.push(stream.columns, stream.rows));
  stream.resized({ columns: 120, rows: 40 });
  expect(seen).toEqual([120, 40]);
});

it('a signal sees the flag when it is asked, and tells who listens once', () => {
  const flag = newFlag();
  const { signal, look } = signalOf(flag.buffer);
  let told = 0;
  signal.addEventListener('abort', () => (told += 1));
  look();
  expect([signal.aborted, told]).toEqual([false, 0]);
  signal.throwIfAborted();
  flag.raise();
  expect(() => signal.throwIfAborted()).toThrow(expect.objectContaining({ name: 'AbortError' }));
  look();
  expect([signal.aborted, told]).toEqual([true, 1]);
});
