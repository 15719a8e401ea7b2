import {
  EXECUTOR,
  type ExecutorKind,
  type ServedWork,
  type ServeRequest,
  type SharedWork,
  type Work,
} from '@understory/core';
import { z } from 'zod';
import type { Environment } from '../environment.ts';
import { studyErrors } from '../errors.ts';
import { openStudy, type AnyStudy } from '../open-study.ts';
import { studySpec, type StudySpec } from '../spec/study-spec.ts';
import { openStudyWork } from './study-work.ts';
import { studyProof } from './study-proof.ts';

/** What another machine is sent of a study: no environment variables, and no plugin that it would load. */
export interface SentStudy {
  readonly spec: StudySpec;
  /** The folder that relative paths start from where the study was opened first. */
  readonly base: string;
}

const sentStudy = z.strictObject({ spec: studySpec, base: z.string().max(4096) });

export interface Service extends Pick<ServeRequest, 'concurrency' | 'onNotice'> {
  /** One that hosts. */
  readonly environment: Environment;
  /** Where batches are handed out: `redis://host:port/number`. */
  readonly queue: string;
  /** Package names or paths beside those that are configured here. */
  readonly plugins?: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Works on the studies that other processes hand out over a queue, until the signal. Throws UNKNOWN_ID where no plugin provides the
 * executor, and what serving throws.
 */
export async function serveStudies({ environment, queue, plugins = [], ...request }: Service): Promise<void> {
  const { host } = await environment.loadPlugins({ plugins, backends: {} });
  try {
    const { serve } = host.get(EXECUTOR, 'queue', { url: queue });
    const hasThreads = host.list('executor').some(({ id }) => id === 'threads');
    const threads = hasThreads ? host.get(EXECUTOR, 'threads', { workers: 1 }) : undefined;
    await serve?.({ ...request, open: (data) => openServed(data, environment, threads) });
  } finally {
    await host.dispose();
  }
}

/** What is handed out over a queue at the time. Throws UNKNOWN_ID where no plugin provides the executor, and what looking throws. */
export async function sharedWork({ environment, queue }: Pick<Service, 'environment' | 'queue'>): Promise<SharedWork> {
  const { host } = await environment.loadPlugins({ plugins: [], backends: {} });
  try {
    const { shared } = host.get(EXECUTOR, 'queue', { url: queue });
    return shared === undefined ? { studies: [], workers: [] } : await shared();
  } finally {
    await host.dispose();
  }
}

/** Opens a study as far as the environment allows, shows what it opened and closes it: it is worked on in threads, where there are some. */
async function openServed(
  data: unknown,
  { hosting }: Environment,
  threads: ExecutorKind | undefined,
): Promise<ServedWork> {
  const parsed = sentStudy.safeParse(data);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw studyErrors.specInvalid({
      ...{ name: 'of another machine', where: issue?.path.join('.') ?? 'the top' },
      ...{ found: 'something else', expected: issue?.message ?? 'a study' },
    });
  }
  const { spec, base } = parsed.data;
  if (hosting === undefined) throw studyErrors.notHosting();
  const environment = hosting(base);
  const study: AnyStudy = await openStudy(spec, environment);
  let proof: ServedWork['proof'];
  try {
    proof = await studyProof(study);
  } finally {
    await study.close();
  }
  const elsewhere = await environment.elsewhere?.(spec);
  return {
    ...{ proof, bytes: elsewhere?.bytes ?? 1 },
    async begin(around) {
      const { keep } = around;
      const signal = around.signal as AbortSignal;
      if (threads === undefined || elsewhere === undefined) {
        return openStudyWork(spec, environment, { ...around, signal });
      }
      return inThread(threads, {
        ...{ elsewhere: { ...elsewhere, together: mostTogether }, size: Number.MAX_SAFE_INTEGER, signal },
        keep: async (file) => keep(file),
      });
    },
    close: async () => undefined,
  };
}

/** A batch is worked on as a whole. */
const mostTogether = 10_000;

/** Work in a thread of its own, one batch after the other. */
async function inThread(
  threads: ExecutorKind,
  request: Omit<Parameters<ExecutorKind['open']>[0], 'here'>,
): Promise<Work> {
  const opened = await threads.open<{ readonly id: string }, unknown>({
    ...request,
    here: { execute: () => each([]) },
  });
  return {
    async rows(ids) {
      const outcomes = [];
      for await (const { item, ...outcome } of opened.execute(each(ids.map((id) => ({ id }))))) {
        outcomes.push({ item: item.id, ...outcome });
      }
      return outcomes;
    },
    close: () => opened.close(),
  };
}

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}
