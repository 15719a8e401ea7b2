import { isJsonObject } from '@understory/core';

/**
 * A spec before it is parsed. The answer that it names is explained, beside its targets where it has some; where it has captions and does not
 * say what is explained, every caption is, and every contrast.
 */
export function withTargets(spec: unknown): unknown {
  if (!isJsonObject(spec) || spec['study'] !== 'explain') return spec;
  const { answer, target } = spec;
  if (typeof answer === 'string' && answer.trim() !== '') {
    const own = answerTarget(answer.trim());
    if (target === undefined) return { ...spec, target: own };
    const isAsked = typeof target !== 'string' || target.includes(own);
    return isAsked ? spec : { ...spec, target: `${target},${own}` };
  }
  if (target !== undefined) return spec;
  if (spec['captions'] === undefined) return spec;
  return { ...spec, target: spec['against'] === undefined ? 'captions' : 'captions,contrasts' };
}

/** A comma in an answer separates nothing. */
function answerTarget(answer: string): string {
  const named = answer.replace(/^answer:/i, '');
  return /[,"]/.test(named) ? `answer:"${named.replaceAll('"', '')}"` : `answer:${named}`;
}

/** The same of each study of a list. */
export function withTargetsInEach(file: unknown): unknown {
  if (!isJsonObject(file) || !Array.isArray(file['studies'])) return file;
  const studies = (file['studies'] as readonly unknown[]).map((study) =>
    isJsonObject(study) ? { ...study, spec: withTargets(study['spec']) } : study,
  );
  return { ...file, studies };
}
