import { isJsonObject, shownJson } from '@understory/core';
import { zooErrors } from './errors.ts';

/** The classes that a Hugging Face `config.json` names in `id2label`, in their order; undefined where it names none. Throws MODEL_CONFIG_INVALID. */
export function labelsFromConfig(config: unknown, file: string): readonly string[] | undefined {
  if (!isJsonObject(config)) {
    throw zooErrors.configInvalid({ file, key: '', found: shownJson(config), expected: 'a JSON object' });
  }
  const names = config['id2label'];
  if (names === undefined || names === null) return undefined;
  if (!isJsonObject(names)) {
    const expected = 'an object from class index to label';
    throw zooErrors.configInvalid({ file, key: 'id2label', found: shownJson(names), expected });
  }
  const count = Object.keys(names).length;
  return Array.from({ length: count }, (_, index) => {
    const label = names[index];
    if (typeof label === 'string') return label;
    const key = `id2label.${index}`;
    const found = label === undefined ? `${count} labels, none of them for class ${index}` : shownJson(label);
    throw zooErrors.configInvalid({ file, key, found, expected: `a text for each class from 0 to ${count - 1}` });
  });
}
