import type { ExecutorKind } from '@understory/core';
import { parseAddress } from './address.ts';
import { queueErrors } from './errors.ts';
import { usualTiming, type Timing } from './timing.ts';

export interface QueueOptions {
  /** `redis://host:port/number`, or `rediss://` for TLS. */
  readonly url: string;
  /** How often an item is tried whose worker is lost or cannot read its files. */
  readonly attempts?: number;
  /** Batches in Redis at most. */
  readonly ahead?: number;
  /** Seconds without any worker after which the work ends; 0, the default, for never. */
  readonly wait?: number;
  readonly timing?: Partial<Timing>;
  /** Environment variables, for the password; those of the process by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** As many as keep 500 workers busy. */
const usualAhead = 1024;

const usualAttempts = 5;

/**
 * Works on items on other machines, through BullMQ and Redis; the same kind works for others. Its libraries are loaded when it is used.
 * Throws QUEUE_URL_INVALID.
 */
export function queue({
  url,
  attempts = usualAttempts,
  ahead = usualAhead,
  wait = 0,
  env,
  ...options
}: QueueOptions): ExecutorKind {
  const address = parseAddress(url, env);
  const timing = { ...usualTiming, ...options.timing };
  return {
    async open(request) {
      const { handOut } = await import('./hand-out.ts');
      return handOut(request, { address, timing, attempts, ahead, wait: 1000 * wait });
    },
    async serve(request) {
      const { serve } = await import('./serve.ts');
      await serve(request, { address, timing });
    },
    async shared() {
      const { answerOf, connect } = await import('./connect.ts');
      const { shared } = await import('./shared.ts');
      const client = await connect(address, { onNotice: () => undefined, silence: timing.silence });
      try {
        return await shared(client);
      } catch (cause) {
        throw queueErrors.unusable({ address: address.shown, reason: answerOf(cause), cause });
      } finally {
        client.disconnect();
      }
    },
  };
}
