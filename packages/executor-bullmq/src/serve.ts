import { randomBytes } from 'node:crypto';
import { freemem, hostname } from 'node:os';
import type { ServeRequest } from '@understory/core';
import type { Redis } from 'ioredis';
import type { QueueAddress } from './address.ts';
import { answerOf, connect } from './connect.ts';
import { queueErrors } from './errors.ts';
import { commonKeys, Janitor, keysOf } from './keys.ts';
import { announcement, most, read, type Announcement } from './messages.ts';
import { Share } from './share.ts';
import { pause, type Timing } from './timing.ts';

export interface ServeOptions {
  readonly address: QueueAddress;
  readonly timing: Timing;
}

/** Of the memory that is free, what seats may take. */
const mostOfMemory = 0.8;

/**
 * Works for every study that is handed out over a Redis, until the signal; a Redis that is not there is waited for.
 * Throws QUEUE_REFUSED.
 */
export async function serve(request: ServeRequest, { address, timing }: ServeOptions): Promise<void> {
  const { concurrency, signal, onNotice } = request;
  let client: Redis;
  try {
    client = await connect(address, { onNotice, isPatient: true, silence: timing.silence, signal });
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  const worker = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const shares = new Map<string, Share | 'unreadable'>();
  const janitor = new Janitor(client, timing.life);
  let [busy, items, cleaned] = [0, 0, performance.now()];
  let stop: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => void (stop = resolve));
  signal.addEventListener('abort', () => stop());
  const turn = turns(concurrency);

  const beat = async () => {
    const state = { name: worker, host: hostname(), pid: process.pid, concurrency, busy, items };
    await client
      .multi()
      .sadd(commonKeys.workers, worker)
      .set(commonKeys.worker(worker), JSON.stringify({ ...state, studies: [...shares.keys()] }), 'PX', timing.life)
      .exec();
  };
  const join = (id: string, announced: Announcement) =>
    new Share({
      ...{ client, id, announced, worker, timing, onNotice, open: request.open },
      seats: (bytes) => {
        const free = freeBytes();
        const count = Math.max(1, Math.min(concurrency, Math.floor((mostOfMemory * free) / bytes)));
        const fewer = count < concurrency ? ` instead of ${concurrency}: ${megabytes(free)} of memory are free` : '';
        const words = `${count} ${count === 1 ? 'batch' : 'batches'} at a time of about ${megabytes(bytes)} each${fewer}`;
        return { count, words };
      },
      turn: (act) =>
        turn(async () => {
          busy += 1;
          try {
            return await act();
          } finally {
            busy -= 1;
          }
        }),
      onItems: (count) => void (items += count),
    });
  const look = async () => {
    const ids = new Set(await client.smembers(commonKeys.studies));
    const texts = new Map<string, string | null>();
    for (const id of new Set([...ids, ...shares.keys()])) {
      texts.set(id, shares.has(id) ? await presence(client, id) : await opened(client, id));
    }
    for (const [id, text] of texts) {
      const share = shares.get(id);
      if (share === undefined && text !== null) {
        try {
          shares.set(id, join(id, read(announcement, text, 'What is handed out', most.study)));
        } catch (error) {
          onNotice(error as Error);
          shares.set(id, 'unreadable');
        }
      } else if (share !== undefined && text === null) {
        shares.delete(id);
        if (share !== 'unreadable') void share.leave({ isStudyOver: true });
      }
    }
    if (performance.now() - cleaned > timing.life / 3) {
      cleaned = performance.now();
      await janitor.look();
    }
  };

  let told = '';
  /** Of a Redis that answers, but does not do what it is asked: once for each reason. */
  const tell = (cause: unknown) => {
    const reason = answerOf(cause);
    if ((cause as Error | null)?.name !== 'ReplyError' || reason === told) return;
    told = reason;
    onNotice(queueErrors.unusable({ address: address.shown, reason, cause }));
  };

  onNotice(`worker ${worker} waits for work from ${address.shown}`);
  while (!signal.aborted) {
    await Promise.race([
      beat()
        .then(look)
        .then(() => (told = ''))
        .catch(tell),
      stopped,
    ]);
    await pause(timing.look, stopped);
  }
  if (busy > 0) onNotice(`finishes ${busy} ${busy === 1 ? 'batch' : 'batches'} first`);
  // A worker that has nothing under way does not wait for a Redis that is away.
  let isOver = false;
  const left = leaveAll(client, shares, timing.look).then(() => void (isOver = true));
  while (!isOver && (busy > 0 || client.status === 'ready')) await pause(timing.look, left);
  for (const share of shares.values()) if (share !== 'unreadable') share.abandon();
  if (client.status === 'ready') {
    const gone = client.multi().unlink(commonKeys.worker(worker)).srem(commonKeys.workers, worker).exec();
    await pause(
      timing.look * 4,
      gone.catch(() => undefined),
    );
  }
  client.disconnect();
}

/** Ends all shares in order; where a study is over meanwhile, nobody waits for what is under way of it. */
async function leaveAll(client: Redis, shares: ReadonlyMap<string, Share | 'unreadable'>, look: number): Promise<void> {
  const own = [...shares].flatMap(([id, share]) => (share === 'unreadable' ? [] : [{ id, share }]));
  let isOver = false;
  const left = Promise.all(own.map(({ share }) => share.leave({ isStudyOver: false }))).then(
    () => void (isOver = true),
  );
  const watch = async () => {
    for (const { id, share } of own) {
      if ((await presence(client, id)) === null) void share.leave({ isStudyOver: true });
    }
  };
  while (!isOver) {
    await Promise.race([watch().catch(() => undefined), left]);
    await pause(look, left);
  }
}

/** What is handed out, as far as it is not too long to be read. */
const opened = (client: Redis, id: string): Promise<string | null> =>
  client.getrange(keysOf(id).open, 0, most.study).then((text) => (text === '' ? null : text));

const presence = (client: Redis, id: string): Promise<string | null> =>
  client.exists(keysOf(id).open).then((count) => (count === 0 ? null : ''));

/** So many at once, the others in turn. */
function turns(most: number): <Result>(act: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (act) => {
    if (running >= most) await new Promise<void>((resolve) => void waiting.push(resolve));
    else running += 1;
    try {
      return await act();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`;
}

function freeBytes(): number {
  const available = process.availableMemory();
  return available === 0 ? freemem() : Math.min(available, freemem());
}
