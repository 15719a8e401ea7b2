import { messageOf } from '@understory/core';
import { zooErrors } from './errors.ts';
import { jsonErrorOffset } from './json-error-offset.ts';
import { largestConfiguration, type ModelFiles } from './model-files.ts';
import { nestingOf } from './nesting.ts';

/** What follows a value down must not run out of stack; configurations have a depth of three or four. */
const deepest = 100;

/** A JSON file, or undefined where there is none; throws MODEL_CONFIG_NOT_READABLE, MODEL_CONFIG_NOT_JSON with the place of the fault, or MODEL_CONFIG_INVALID where it is nested too deep. */
export async function readConfig(disk: ModelFiles, file: string): Promise<unknown> {
  let text: string | undefined;
  try {
    text = await disk.readText(file, largestConfiguration);
  } catch (cause) {
    throw zooErrors.configNotReadable({ file, reason: messageOf(cause), cause });
  }
  if (text === undefined) return undefined;
  if (nestingOf(text) > deepest) throw zooErrors.configTooDeep({ file, most: deepest });
  try {
    return JSON.parse(text);
  } catch (cause) {
    const offset = jsonErrorOffset(text) ?? text.length;
    const before = text.slice(0, offset).split('\n');
    const rest = text.slice(offset).split('\n')[0]!.slice(0, 20);
    throw zooErrors.configNotJson({
      file,
      line: before.length,
      column: before.at(-1)!.length + 1,
      found: offset === text.length ? 'the end of the file' : JSON.stringify(rest),
      cause,
    });
  }
}

/** A JSON file and what is in it. */
export interface FoundConfig {
  readonly file: string;
  readonly json: unknown;
}

/** The file of that name in the first folder that has it; throws as `readConfig` does. */
export async function firstConfig(
  disk: ModelFiles,
  folders: readonly string[],
  name: string,
): Promise<FoundConfig | undefined> {
  for (const folder of folders) {
    const file = disk.join(folder, name);
    const json = await readConfig(disk, file);
    if (json !== undefined) return { file, json };
  }
  return undefined;
}
