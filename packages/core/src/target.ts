import { errors } from './errors/index.ts';
import { closest } from './suggest.ts';

/** Which classes a person asks about: the best `count` of each sample, or one class whatever the sample. */
export type ClassTarget =
  { readonly kind: 'top'; readonly count: number } | { readonly kind: 'class'; readonly index: number };

/** What a target's text can refer to. */
export interface TargetVocabulary {
  /** One label a class. */
  readonly labels: readonly string[] | undefined;
  /** Undefined where it is only known when the model runs. */
  readonly classCount: number | undefined;
}

/**
 * The target that a text names: `top1`, `top3`, a class index counted from 0, or a label; a number is an index unless it is in quotes.
 * A label is matched whole, then as one of its comma-separated synonyms ("tabby" for "tabby, tabby cat"), without regard to case.
 * Throws TOP_OUT_OF_RANGE, CLASS_OUT_OF_RANGE, AMBIGUOUS_CLASS or UNKNOWN_CLASS.
 */
export function resolveTarget(text: string, { labels, classCount }: TargetVocabulary): ClassTarget {
  const asked = text.trim();
  const top = /^top(\d+)$/i.exec(asked);
  if (top !== null) {
    const count = Number(top[1]);
    if (count < 1 || count > (classCount ?? Infinity)) {
      throw errors.topOutOfRange({ asked, classCount });
    }
    return { kind: 'top', count };
  }
  if (/^[+-]?\d+$/.test(asked)) {
    const index = Number(asked);
    checkClass(index, classCount);
    return { kind: 'class', index };
  }
  return { kind: 'class', index: classOfLabel(unquote(asked), labels ?? []) };
}

/** Throws CLASS_OUT_OF_RANGE unless `index` is a class; the upper end is not checked where the number of classes is unknown. */
export function checkClass(index: number, classCount: number | undefined): void {
  if (Number.isInteger(index) && index >= 0 && index < (classCount ?? Infinity)) return;
  const nearest = index < 0 || classCount === undefined ? 0 : classCount - 1;
  throw errors.classOutOfRange({ index, classCount, suggestions: [String(nearest)] });
}

function classOfLabel(asked: string, labels: readonly string[]): number {
  const wanted = normalise(asked);
  const matching = (test: (label: string) => boolean) =>
    [...labels.keys()].filter((index) => test(labels[index] ?? ''));
  const whole = matching((label) => normalise(label) === wanted);
  const found = whole.length > 0 ? whole : matching((label) => label.split(',').map(normalise).includes(wanted));
  const [index] = found;
  if (index === undefined || wanted === '') {
    throw errors.unknownClass({ label: asked, suggestions: closest(asked, labels) });
  }
  if (found.length > 1) {
    throw errors.ambiguousClass({ label: asked, candidates: found.map((each) => `${each}: ${labels[each]}`) });
  }
  return index;
}

function normalise(label: string): string {
  return label
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, ' ');
}

function unquote(text: string): string {
  return /^(["']).*\1$/.test(text) && text.length >= 2 ? text.slice(1, -1) : text;
}
