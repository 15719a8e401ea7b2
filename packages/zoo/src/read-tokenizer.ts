import { isJsonObject, shownJson } from '@understory/core';
import { zooErrors } from './errors.ts';
import type { ModelFiles } from './model-files.ts';
import { firstConfig } from './read-config.ts';

export interface FoundTokenizer {
  /** `tokenizer.json` as it was read. */
  readonly tokenizer: Readonly<Record<string, unknown>>;
  /** What else is known of it: `tokenizer_config.json`, over the `text_cfg` of the model's configuration. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The tokenizer in the first folder that has one; undefined where none has. Throws MODEL_CONFIG_*. */
export async function readTokenizer(
  disk: ModelFiles,
  folders: readonly string[],
  config: Readonly<Record<string, unknown>> = {},
): Promise<FoundTokenizer | undefined> {
  const found = await firstConfig(disk, folders, 'tokenizer.json');
  if (found === undefined) return undefined;
  const { file, json } = found;
  if (!isJsonObject(json)) {
    throw zooErrors.configInvalid({ file, key: '', found: shownJson(json), expected: 'a JSON object' });
  }
  const settings = await firstConfig(disk, folders, 'tokenizer_config.json');
  return {
    tokenizer: json,
    settings: { ...textSettings(config), ...objectOf(settings?.json) },
  };
}

/** Where open_clip and Hugging Face say how text is cut. */
function textSettings(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { text_cfg: own, model_cfg: nested, text_config: hugging } = config;
  const { max_position_embeddings: length } = objectOf(hugging);
  return {
    ...(typeof length === 'number' && { context_length: length }),
    ...objectOf(objectOf(nested)['text_cfg']),
    ...objectOf(own),
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isJsonObject(value) ? value : {};
}
