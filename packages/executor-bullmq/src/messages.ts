import type { CarriedError, KeptFile } from '@understory/core';
import { z } from 'zod';
import { queueErrors } from './errors.ts';

/** Of everything that is sent; workers of another do not understand each other. */
export const format = 1;

/** Bytes of a message at most: of a study, of what a worker shows, of a batch, and of what comes back. */
export const most = { study: 2 ** 20, hello: 2 ** 18, batch: 2 ** 20, answer: 2 ** 26 } as const;

/** A batch has so many items at most. */
const mostItems = 10_000;

const text = z.string().max(2 ** 16);
const short = z.string().min(1).max(512);
const natural = z.int().min(0);

const carriedError: z.ZodType<CarriedError, CarriedError> = z.lazy(() =>
  z.object({
    ...{ name: text, message: text },
    ...{ code: text.optional(), found: text.optional(), expected: text.optional(), next: text.optional() },
    remedy: z.custom<CarriedError['remedy']>((value) => typeof value === 'object' && value !== null).optional(),
    cause: carriedError.optional(),
  }),
) as z.ZodType<CarriedError, CarriedError>;

/** Of the run folder only what lies in a folder of it: records and logs have one writer. */
const keptName = z
  .string()
  .max(1024)
  .refine((name) => {
    const parts = name.split('/');
    return parts.length > 1 && !/[\\\0]/.test(name) && !parts.some((part) => ['', '.', '..'].includes(part));
  }, 'expected a name in a folder of the run');

/** What a process says of the study that it hands out. */
export const announcement = z.object({
  format: z.literal(format),
  ...{ title: text, host: short, pid: natural, since: short, total: natural },
  /** What workers open it with. */
  work: z.unknown(),
});

export const hello = z.object({
  ...{ worker: short, host: short },
  /** What it shows, or why it cannot open the work, or why it takes no more of it. */
  shows: z.union([
    z.object({ proof: z.record(z.string().max(512), text) }),
    z.object({ failed: carriedError }),
    z.object({ withdrew: carriedError }),
  ]),
});

export const verdict = z.union([z.object({ isAdmitted: z.literal(true) }), z.object({ refused: carriedError })]);

export const batch = z.object({ ids: z.array(z.string().max(4096)).min(1).max(mostItems) });

const kept = z.object({ name: keptName, bytes: z.base64().optional() });

export const answer = z.object({
  worker: short,
  result: z.union([
    z.object({
      answers: z.array(
        z.union([
          z.object({ id: z.string(), rows: z.array(z.unknown()) }),
          z.object({ id: z.string(), error: carriedError }),
        ]),
      ),
      kept: z.array(kept),
    }),
    /** The work could not be opened again, or none of it done. */
    z.object({ failed: carriedError }),
  ]),
});

export const workerState = z.object({
  ...{ name: short, host: short, pid: natural, concurrency: natural, busy: natural, items: natural },
  studies: z.array(short).max(1000),
});

export const progress = z.object({ done: natural, failed: natural, pace: z.number().nullable() });

export type Announcement = z.output<typeof announcement>;
export type Hello = z.output<typeof hello>;
export type Answer = z.output<typeof answer>;
export type AnswerInput = z.input<typeof answer>;

/** What a text of the queue says; throws QUEUE_MESSAGE_INVALID. */
export function read<Schema extends z.ZodType>(
  schema: Schema,
  json: string | null,
  what: string,
  limit: number = most.hello,
): z.output<Schema> {
  const invalid = (reason: string) => queueErrors.messageInvalid({ what, reason });
  if (json === null) throw invalid('nothing');
  if (json.length > limit) throw invalid(`more than ${limit} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw invalid('no JSON');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'something else'}`);
}

/** Files as they are sent, and as they were. */
export const sentFile = ({ name, bytes }: KeptFile): z.input<typeof kept> => ({
  name,
  ...(bytes && { bytes: Buffer.from(bytes).toString('base64') }),
});
export const receivedFile = ({ name, bytes }: z.output<typeof kept>): KeptFile => ({
  name,
  ...(bytes !== undefined && { bytes: new Uint8Array(Buffer.from(bytes, 'base64')) }),
});
