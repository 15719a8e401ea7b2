import { readFile } from 'node:fs/promises';
import { zooErrors } from './errors.ts';
import { jsonErrorOffset } from './json-error-offset.ts';

/** A JSON file, or undefined where there is none; throws MODEL_CONFIG_NOT_READABLE or MODEL_CONFIG_NOT_JSON with the place of the fault. */
export async function readConfig(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw zooErrors.configNotReadable({ file, reason: message, cause });
  }
  const json = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(json);
  } catch (cause) {
    const offset = jsonErrorOffset(json) ?? json.length;
    const before = json.slice(0, offset).split('\n');
    const rest = json.slice(offset).split('\n')[0]!.slice(0, 20);
    throw zooErrors.configNotJson({
      file,
      line: before.length,
      column: before.at(-1)!.length + 1,
      found: offset === json.length ? 'the end of the file' : JSON.stringify(rest),
      cause,
    });
  }
}
