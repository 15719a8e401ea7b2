import { hostname } from 'node:os';
import { messageOf, type Cancellation } from '@understory/core';
import { Redis } from 'ioredis';
import type { QueueAddress } from './address.ts';
import { queueErrors } from './errors.ts';

export interface ConnectOptions {
  readonly onNotice: (notice: string) => void;
  /** Waits for a Redis that is not there yet instead of throwing. */
  readonly isPatient?: boolean;
  /** Milliseconds without an answer after which the connection is made again. */
  readonly silence: number;
  /** Ends the waiting. */
  readonly signal?: Cancellation | undefined;
}

/** Milliseconds before the n-th attempt to connect again: twice as long each time, up to five seconds, with chance in it. */
function backoff(times: number): number {
  return Math.min(5000, 100 * 2 ** Math.min(times - 1, 6)) * (0.75 + Math.random() / 4);
}

/**
 * A connection that is made again whenever it is lost, for as long as it takes: commands wait for it.
 * Throws QUEUE_NOT_REACHABLE unless it is patient, QUEUE_REFUSED, and the reason of the signal.
 */
export async function connect(address: QueueAddress, options: ConnectOptions): Promise<Redis> {
  const { host, port, db, username, password, isSecure, shown } = address;
  const { onNotice, isPatient = false, silence, signal } = options;
  const client = new Redis({
    ...{ host, port, db, lazyConnect: true, retryStrategy: backoff, connectionName: `understory-${hostname()}` },
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isSecure && { tls: {} }),
    // Of BullMQ: a command waits until it is done.
    maxRetriesPerRequest: null,
    socketTimeout: silence,
  });
  let [isToldOf, isReady] = [false, false];
  let abort: () => void = () => undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      abort = () => reject(signal?.reason);
      signal?.addEventListener('abort', abort);
      if (signal?.aborted) abort();
      client.once('ready', () => {
        isReady = true;
        resolve();
      });
      const fail = (reason: string) => {
        if (!isPatient) reject(queueErrors.notReachable({ address: shown, reason }));
        else if (!isToldOf && !isReady) {
          isToldOf = true;
          onNotice(`there is no Redis at ${shown} yet (${reason}); trying again`);
        }
      };
      client.on('error', (error: Error) => {
        const reason = reasonOf(error, password);
        if (isDenied(error)) reject(queueErrors.refused({ address: shown, reason }));
        else if (/^Socket timeout/.test(error.message)) fail(`no answer in ${silence / 1000} seconds`);
        else fail(reason);
      });
      // Of a proxy in front of a Redis that is not there, for one.
      client.on('close', () => fail('the connection is closed as soon as it is made'));
      client.connect().catch(() => undefined);
    });
  } catch (error) {
    client.disconnect();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
  let [isLost, isShutOut] = [false, false];
  client.on('error', (error: Error) => {
    if (!isLost || isShutOut || !isDenied(error)) return;
    isShutOut = true;
    onNotice(`the Redis at ${shown} no longer lets us in (${reasonOf(error, password)}); trying again`);
  });
  client.on('close', () => {
    if (isLost || client.status === 'end') return;
    isLost = true;
    onNotice(`the connection to ${shown} is lost; trying again`);
  });
  client.on('ready', () => {
    if (isLost) onNotice(`the connection to ${shown} is back`);
    [isLost, isShutOut] = [false, false];
  });
  return client;
}

/** A second connection of the same kind, for commands that wait. */
export function another(client: Redis): Redis {
  const made = client.duplicate();
  // The first one tells of it.
  made.on('error', () => undefined);
  return made;
}

/** What Redis answered instead of doing what it was asked; of a transaction what kept it from being done. */
export function answerOf(error: unknown): string {
  const [first] = (error as { readonly previousErrors?: readonly unknown[] } | null)?.previousErrors ?? [];
  return messageOf(first ?? error).split('\n', 1)[0]!;
}

/** Whether a password is asked for that this connection did not have when it was made again, which the next one may. */
export function isShutOut(error: unknown): boolean {
  return /^(?:NOAUTH|WRONGPASS)\b/.test(answerOf(error));
}

function isDenied({ message }: Error): boolean {
  return /^(?:WRONGPASS|NOAUTH|NOPERM|DENIED)\b|invalid password|without any password configured/i.test(message);
}

/** The first line of what it says, without the password whatever that is part of. */
function reasonOf(error: Error & { readonly code?: unknown }, password: string | undefined): string {
  const text = error.message === '' ? String(error.code ?? error.name) : error.message.split('\n', 1)[0]!;
  return password === undefined ? text : text.replaceAll(password, '***');
}
