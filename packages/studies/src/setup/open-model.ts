import { BACKEND, closest, errors, type Host, type Model, type Subject } from '@understory/core';
import type { FoundModel } from '../environment.ts';
import { studyErrors } from '../errors.ts';
import type { CommonSpec } from '../spec/study-spec.ts';
import { withMetadata } from './with-metadata.ts';

/** Where a model runs. */
export type ModelOptions = Pick<CommonSpec, 'devices' | 'devicesOf' | 'threads'>;

export interface OpenedModel {
  readonly resolved: FoundModel;
  /** The id of the backend. */
  readonly backend: string;
  readonly model: Model;
}

/**
 * Opens a model with the backend of that id, or with the first that reads it; throws NO_BACKEND_FOR, BACKEND_CANNOT_READ and what the backend throws.
 * Of a model in several formats the backend is given the first of `preferred` that it reads, else one of its own.
 */
export async function openModel(
  host: Host,
  asked: FoundModel,
  { devices: everywhere, devicesOf = {}, threads }: ModelOptions,
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
  const model = await backend.open(source, { ...(devices && { devices }), ...(threads !== undefined && { threads }) });
  return { resolved: withMetadata({ ...asked, source }, model), backend: id, model };
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
