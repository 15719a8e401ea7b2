import { isJsonObject, UnderstoryError } from '@understory/core';
import {
  preprocessingFromConfig,
  preprocessingFromOpenClip,
  unknownInConfig,
  type Preprocessing,
} from '@understory/imaging';
import { zooErrors } from './errors.ts';
import type { ModelFiles } from './model-files.ts';
import { firstConfig, type FoundConfig } from './read-config.ts';

export interface Pictures {
  readonly preprocessing?: Preprocessing;
  /** What is not known and may mean other pictures, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * How pictures are prepared for the model in some folders: by `preprocess_cfg.json`, `preprocessor_config.json` or the `preprocess_cfg` of an open_clip
 * configuration. Throws MODEL_CONFIG_* and PREPROCESSING_INVALID.
 */
export async function picturesFrom(
  disk: ModelFiles,
  folders: readonly string[],
  openClip: FoundConfig | undefined,
): Promise<Pictures> {
  const own = await firstConfig(disk, folders, 'preprocess_cfg.json');
  if (own !== undefined) return { preprocessing: parsed(own, preprocessingFromOpenClip), notes: [] };
  const processor = await firstConfig(disk, folders, 'preprocessor_config.json');
  if (processor !== undefined) {
    return { preprocessing: parsed(processor, preprocessingFromConfig), notes: unknownInConfig(processor.json) };
  }
  const preprocessing = openClip && fromOpenClip(openClip);
  return { ...(preprocessing && { preprocessing }), notes: [] };
}

/** The size may stand with the network's own settings. */
function fromOpenClip({ file, json }: FoundConfig): Preprocessing | undefined {
  const { preprocess_cfg: pictures, model_cfg: model } = objectOf(json);
  if (!isJsonObject(pictures)) return undefined;
  const { image_size: size } = objectOf(objectOf(model)['vision_cfg']);
  return parsed({ file, json: { size, ...pictures } }, preprocessingFromOpenClip);
}

function parsed({ file, json }: FoundConfig, parse: (json: unknown) => Preprocessing): Preprocessing {
  try {
    return parse(json);
  } catch (cause) {
    if (cause instanceof UnderstoryError) throw zooErrors.preprocessorInvalid({ file, cause });
    throw cause;
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isJsonObject(value) ? value : {};
}
