import {
  BACKEND,
  closest,
  errors,
  type Backend,
  type Host,
  type Model,
  type OpenOptions,
  type Subject,
} from '@understory/core';
import type { FoundModel } from '../environment.ts';
import { studyErrors } from '../errors.ts';
import type { CommonSpec } from '../spec/study-spec.ts';
import { withMetadata } from './with-metadata.ts';

/** Where a model runs. */
export type ModelOptions = Pick<CommonSpec, 'devices' | 'devicesOf' | 'threads'> & Pick<OpenOptions, 'isDeferred'>;

export interface OpenedModel {
  readonly resolved: FoundModel;
  /** The id of the backend. */
  readonly backend: string;
  readonly model: Model;
  /** The text tower of a model of pictures and text, where it is a model of its own. */
  readonly text?: Model;
  /** Closes both. */
  close(): Promise<void>;
}

/**
 * Opens a model with the backend of that id, or with the first that reads it; throws NO_BACKEND_FOR, BACKEND_CANNOT_READ and what the backend throws.
 * Of a model in several formats the backend is given the first of `preferred` that it reads, else one of its own.
 */
export async function openModel(
  host: Host,
  asked: FoundModel,
  { devices: everywhere, devicesOf = {}, threads, isDeferred = false }: ModelOptions,
  backendId?: string,
  preferred: readonly FoundModel['source'][] = [],
): Promise<OpenedModel> {
  const ids = host.list('backend').map((each) => each.id);
  for (const named of Object.keys(devicesOf)) {
    if (!ids.includes(named)) throw errors.unknownBackend({ id: named, suggestions: closest(named, ids) });
  }
  const { id, backend } =
    backendId === undefined
      ? host.backendReading(asked.source)
      : { id: backendId, backend: host.get(BACKEND, backendId) };
  const readable = [asked.source, ...(asked.otherSources ?? [])].filter((each) => backend.accepts(each));
  const source =
    preferred.find((each) => readable.includes(each)) ??
    readable.find((each) => backend.isNative?.(each) ?? true) ??
    readable[0];
  if (source === undefined) {
    const readers = ids.filter((each) => host.get(BACKEND, each).accepts(asked.source));
    throw studyErrors.backendCannotRead({ model: asked.source.path, backend: id, others: readers });
  }
  const devices = devicesOf[id] ?? everywhere;
  const model = await backend.open(source, {
    ...(devices && { devices }),
    ...(threads !== undefined && { threads }),
    isDeferred,
  });
  const resolved = withMetadata({ ...asked, source }, model);
  try {
    const text = await openText(host, asked.text, backend, threads);
    return {
      ...{ resolved, backend: id, model },
      ...(text && { text }),
      async close() {
        await model.close();
        await text?.close();
      },
    };
  } catch (error) {
    await model.close();
    throw error;
  }
}

/** With the backend of the pictures where one of the files is in its own format, else with the first that reads one: nothing is differentiated between the two. */
async function openText(
  host: Host,
  asked: FoundModel['text'],
  backend: Backend,
  threads: number | undefined,
): Promise<Model | undefined> {
  if (asked?.source === undefined) return undefined;
  const sources = [asked.source, ...(asked.otherSources ?? [])];
  const options = { ...(threads !== undefined && { threads }) };
  const own = sources.find((each) => backend.accepts(each) && (backend.isNative?.(each) ?? true));
  if (own !== undefined) return backend.open(own, options);
  return host.backendReading(asked.source).backend.open(asked.source, options);
}

/** Throws BACKENDS_DISAGREE where the subjects that two backends make of one model take other pictures or tell other classes. */
export function checkAgreement(first: OpenedModel, one: Subject, second: OpenedModel, other: Subject): void {
  const facts = [
    ['task', one.task, other.task],
    ['layout', one.picture.layout, other.picture.layout],
    ['channels', one.picture.channels, other.picture.channels],
    ['height', one.picture.size?.height, other.picture.size?.height],
    ['width', one.picture.size?.width, other.picture.size?.width],
    ['classes', one.classes?.count, other.classes?.count],
  ] as const;
  for (const [what, ours, theirs] of facts) {
    if (ours === undefined || theirs === undefined || ours === theirs) continue;
    throw studyErrors.backendsDisagree({
      backends: [first.backend, second.backend],
      ...{ what, found: `${ours} and ${theirs}` },
    });
  }
}
