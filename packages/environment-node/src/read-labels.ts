import { readTextFile } from '@understory/imaging/files';
import { resolve } from 'node:path';
import { reasonOf } from '@understory/core';
import { environmentErrors } from './errors.ts';

/** Labels from a file: one a line, a JSON list, or a JSON object from index to label as `id2label` of a Hugging Face `config.json`. */
export async function readLabels(path: string, cwd: string): Promise<readonly string[]> {
  let text: string;
  try {
    text = await readTextFile(resolve(cwd, path));
  } catch (cause) {
    throw environmentErrors.fileNotReadable({ path, reason: reasonOf(cause), cause });
  }
  const labels = /^\s*[[{]/.test(text) ? fromJson(text, path) : fromLines(text);
  if (labels.length === 0) throw environmentErrors.labelsInvalid({ path, reason: 'no label' });
  return labels;
}

function fromLines(text: string): readonly string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  // Only the end of the file may be empty: an empty line elsewhere is a class without a name.
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

function fromJson(text: string, path: string): readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw environmentErrors.labelsInvalid({ path, reason: reasonOf(cause) });
  }
  const nested =
    typeof value === 'object' && value !== null && Object.hasOwn(value, 'id2label')
      ? (value as { readonly id2label: unknown }).id2label
      : value;
  const labels: readonly unknown[] = Array.isArray(nested) ? nested : byIndex(Object(nested), path);
  if (labels.every((label): label is string => typeof label === 'string')) return labels;
  throw environmentErrors.labelsInvalid({ path, reason: 'a label that is not a text' });
}

function byIndex(labels: Readonly<Record<string, unknown>>, path: string): readonly unknown[] {
  const classes = Object.keys(labels).length;
  return Array.from({ length: classes }, (_, index) => {
    if (labels[index] !== undefined) return labels[index];
    throw environmentErrors.labelsInvalid({ path, reason: `${classes} labels, and none for class ${index}` });
  });
}
