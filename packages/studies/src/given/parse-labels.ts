import { reasonOf } from '@understory/core';
import { studyErrors } from '../errors.ts';

/** Labels: one a line, a JSON list, or a JSON object from index to label as `id2label` of a Hugging Face `config.json`; throws LABELS_INVALID. */
export function parseLabels(text: string, path: string): readonly string[] {
  const labels = /^\s*[[{]/.test(text) ? fromJson(text, path) : fromLines(text);
  if (labels.length === 0) throw studyErrors.labelsInvalid({ path, reason: 'no label' });
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
    throw studyErrors.labelsInvalid({ path, reason: reasonOf(cause) });
  }
  const nested =
    typeof value === 'object' && value !== null && Object.hasOwn(value, 'id2label')
      ? (value as { readonly id2label: unknown }).id2label
      : value;
  const labels: readonly unknown[] = Array.isArray(nested) ? nested : byIndex(Object(nested), path);
  if (labels.every((label): label is string => typeof label === 'string')) return labels;
  throw studyErrors.labelsInvalid({ path, reason: 'a label that is not a text' });
}

function byIndex(labels: Readonly<Record<string, unknown>>, path: string): readonly unknown[] {
  const classes = Object.keys(labels).length;
  return Array.from({ length: classes }, (_, index) => {
    if (labels[index] !== undefined) return labels[index];
    throw studyErrors.labelsInvalid({ path, reason: `${classes} labels, and none for class ${index}` });
  });
}
