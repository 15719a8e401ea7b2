import type { Selection } from '@understory/core';
import type { Preprocessing } from '@understory/imaging';
import type { UsedBackend } from '../evaluation/evaluation-rows.ts';
import type { ImagesSpec } from '../spec/study-spec.ts';
import { modelRecord, versionsOf, type ModelRecord } from './record.ts';
import { selectionName } from './selection-name.ts';
import type { Setup } from '../setup/setup.ts';

/** Where the numbers of a run folder come from. */
export interface ExperimentRecord<Parameters> {
  readonly model: Omit<ModelRecord, 'path'>;
  readonly backends: readonly UsedBackend[];
  readonly preprocessing: Preprocessing;
  readonly parameters: Parameters;
  readonly seed: number;
  readonly versions: Readonly<Record<string, string>>;
}

/** `parameters` are what decides rows; where a run happens, how fast, and what pictures it keeps are left out, so that it can go on elsewhere. */
export function experimentRecord<Parameters>(
  { opened, preprocessing, host, environment }: Setup,
  decided: Pick<ExperimentRecord<Parameters>, 'backends' | 'parameters' | 'seed'>,
): ExperimentRecord<Parameters> {
  const { name, sha256, textSha256, backend, executionProvider, remarks } = modelRecord(opened);
  return {
    model: { name, sha256, ...(textSha256 !== undefined && { textSha256 }), backend, executionProvider, remarks },
    backends: decided.backends,
    preprocessing: preprocessing.preprocessing,
    parameters: decided.parameters,
    seed: decided.seed,
    versions: versionsOf(host, environment),
  };
}

/** Which images of a data set. */
export function datasetRecord<Images extends { readonly name: string }>(
  images: Images,
  { offset = 0, limit, onlyCorrect }: ImagesSpec,
  ids: readonly string[] | undefined,
) {
  return { ...images, ...{ offset, limit: limit ?? null, ids: ids ?? null }, onlyCorrect: onlyCorrect === true };
}

/** An explainer with all its settings. */
export function explainerRecord({ host }: Setup, { id, options }: Selection) {
  return { name: selectionName({ id, options }), options: host.optionsOf('explainer', id, options) };
}
