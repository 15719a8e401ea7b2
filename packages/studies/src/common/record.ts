import { HOST_API_VERSION, type Host, type Subject } from '@understory/core';
import type { Preprocessing } from '@understory/imaging';
import type { Environment } from '../environment.ts';
import type { UsedBackend } from '../evaluation/evaluation-rows.ts';
import type { OpenedModel } from '../setup/open-model.ts';

/** Where numbers come from; every result carries it. */
export interface RunRecord {
  readonly model: ModelRecord;
  /** What computed which of the numbers. */
  readonly backends: readonly UsedBackend[];
  /** Absent for what feeds no images. */
  readonly preprocessing?: Preprocessing;
  /** True where nothing said how pixels are scaled, so that ImageNet's way was taken. */
  readonly preprocessingAssumed?: boolean;
  /** The command's options as they were understood. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly seed?: number;
  readonly versions: Readonly<Record<string, string>>;
}

export interface ModelRecord {
  readonly name: string;
  readonly path?: string;
  readonly sha256: string;
  /** Of the text tower, where it is a file of its own. */
  readonly textSha256?: string;
  readonly backend: string;
  readonly executionProvider: string;
  readonly remarks: readonly string[];
}

export function modelRecord({ resolved, model, text, backend }: OpenedModel): ModelRecord {
  const { sha256, executionProvider, remarks } = model.origin;
  return {
    name: resolved.name,
    ...(resolved.source.kind === 'file' && { path: resolved.source.path }),
    sha256,
    ...(text && { textSha256: text.origin.sha256 }),
    backend,
    executionProvider,
    remarks,
  };
}

/** The program, the plugins, the host API and what runs them. */
export function versionsOf(host: Host, { versions }: Pick<Environment, 'versions'>): Readonly<Record<string, string>> {
  const { understory = 'unknown', ...others } = versions;
  // Where a run happens decides nothing of what comes out.
  const deciding = host.plugins().filter(({ manifest }) => manifest.provides.some(({ kind }) => kind !== 'executor'));
  return {
    understory,
    hostApi: HOST_API_VERSION,
    ...others,
    ...Object.fromEntries(deciding.map(({ manifest }) => [manifest.name, manifest.version])),
  };
}

/** A class as results name it. */
export interface ClassRecord {
  readonly index: number;
  /** Null where the model has no labels. */
  readonly label: string | null;
}

export function classRecord({ labels }: Pick<Subject, 'labels'>, index: number): ClassRecord {
  return { index, label: labels?.[index] ?? null };
}

/** How a class is called in text. */
export function className({ index, label }: ClassRecord): string {
  return label ?? `class ${index}`;
}
