import { UnderstoryError } from './diagnosis.ts';
import { count, didYouMean } from './words.ts';

/** Errors of classes and targets. */
export const targetErrors = {
  targetInvalid({ found, expected, next }: { found: string; expected: string; next: string }) {
    return new UnderstoryError({
      code: 'TARGET_INVALID',
      message: 'The target does not fit what the model says.',
      ...{ found, expected, next },
    });
  },

  unknownClass({ label, suggestions }: { label: string; suggestions: readonly string[] }) {
    return new UnderstoryError({
      code: 'UNKNOWN_CLASS',
      message: `The model has no class "${label}".`,
      found: `"${label}"`,
      expected: 'a label of the model, a class index, or top1, top2 ...',
      next: didYouMean(suggestions, 'Give the class by its index.'),
    });
  },

  ambiguousClass({ label, candidates }: { label: string; candidates: readonly string[] }) {
    return new UnderstoryError({
      code: 'AMBIGUOUS_CLASS',
      message: `"${label}" matches more than one class.`,
      found: candidates.join('; '),
      expected: 'a label that matches one class',
      next: 'Give the full label or the class index.',
    });
  },

  classOutOfRange({
    index,
    classCount,
    suggestions = [],
  }: {
    index: number;
    classCount: number | undefined;
    suggestions?: readonly string[];
  }) {
    return new UnderstoryError({
      code: 'CLASS_OUT_OF_RANGE',
      message: `Class ${index} is out of range.`,
      found: `${index}`,
      expected: classCount === undefined ? 'a whole number from 0' : `a whole number from 0 to ${classCount - 1}`,
      next: didYouMean(suggestions, 'Classes are counted from 0.'),
    });
  },

  topOutOfRange({ asked, classCount }: { asked: string; classCount: number | undefined }) {
    return new UnderstoryError({
      code: 'TOP_OUT_OF_RANGE',
      message: `"${asked}" is out of range.`,
      found: asked,
      expected: classCount === undefined ? 'top1, top2 ...' : `top1 to top${classCount}`,
      next: classCount === undefined ? 'Use top1.' : `The model has ${count(classCount, 'class', 'classes')}.`,
    });
  },

  classesMissing({ task, forms }: { task: string; forms: readonly string[] }) {
    return new UnderstoryError({
      code: 'CLASSES_MISSING',
      message: 'A class is asked for, and the model does not decide between classes.',
      found: `a model for ${task}`,
      expected: 'a model whose answer is one class of a list',
      next: `Give a target instead${forms.length === 0 ? '' : `: ${forms.join(', ')}`}.`,
    });
  },

  similarityInvalid({
    output,
    found,
    expected,
    next,
  }: {
    output: string;
    found: string;
    expected: string;
    next: string;
  }) {
    return new UnderstoryError({
      code: 'SIMILARITY_INVALID',
      message: `The similarity of "${output}" cannot be computed.`,
      found,
      expected,
      next,
    });
  },

  targetCount({ targets, batch }: { targets: number; batch: number }) {
    return new UnderstoryError({
      code: 'TARGET_COUNT',
      message: 'The list of targets does not match the batch.',
      found: `${count(targets, 'target')} for ${count(batch, 'sample')}`,
      expected: 'one target per sample',
      next: `Give ${count(batch, 'target')}.`,
    });
  },
} as const;
