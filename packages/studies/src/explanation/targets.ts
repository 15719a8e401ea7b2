import { classesOf, type ImageClassifier, type Target } from '@understory/core';
import { fileSafe } from '../common/file-safe.ts';

/** One class to explain for each sample, and what files of it are called. */
export interface Slot {
  /** `top1`, `top2` ... where the rank was asked for, else the class as the user wrote it, made safe for a file name. */
  readonly name: string;
  /** The class of a sample, given its classes from best to worst. */
  classOf(ranking: readonly number[]): number;
}

/** The classes that are asked for, each once; throws as `ImageClassifier.resolveTargets` does. */
export function slotsOf(text: string, classifier: ImageClassifier): readonly Slot[] {
  const slots = new Map<string, Slot & { readonly index?: number }>();
  for (const { part, target } of partsOf(text, classifier)) {
    if (target.kind === 'class') {
      const { index } = target;
      if ([...slots.values()].some((slot) => slot.index === index)) continue;
      // Without dots, which stand between the parts of a file's name.
      const safe = fileSafe(part).replaceAll('.', '_');
      const name = safe === '' || slots.has(safe.toLowerCase()) ? `${safe}-${index}`.replace(/^-/, '') : safe;
      slots.set(name.toLowerCase(), { name, index, classOf: (ranking) => classesOf([target], ranking)[0]! });
      continue;
    }
    for (let rank = 1; rank <= target.count; rank++) {
      const name = `top${rank}`;
      slots.set(name, { name, classOf: (ranking) => classesOf([{ kind: 'top', count: rank }], ranking).at(-1)! });
    }
  }
  return [...slots.values()].map(({ name, classOf }) => ({ name, classOf }));
}

/** Each target with the text that named it; commas within quotes, and those of a label given whole, do not separate. */
function partsOf(text: string, classifier: ImageClassifier): readonly { part: string; target: Target }[] {
  const parts = (text.match(/(?:"[^"]*"|[^,])+/g) ?? []).filter((part) => part.trim() !== '');
  if (parts.length === 0 || isOneLabel(text, classifier))
    return [{ part: text, target: classifier.resolveTarget(text) }];
  return parts.map((part) => ({ part, target: classifier.resolveTarget(part) }));
}

function isOneLabel(text: string, classifier: ImageClassifier): boolean {
  try {
    classifier.resolveTarget(text);
    return true;
  } catch {
    return false;
  }
}
