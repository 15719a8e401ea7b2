import type { ExplanationSpec } from './study-spec.ts';

/** What is explained: what the spec says, else the best class or thing, or every caption and every contrast where there are captions. */
export function explainedTargets({
  target,
  captions,
  against,
}: Pick<ExplanationSpec, 'target' | 'captions' | 'against'>) {
  if (target !== undefined) return target;
  if (captions === undefined) return 'top1';
  return against === undefined ? 'captions' : 'captions,contrasts';
}
