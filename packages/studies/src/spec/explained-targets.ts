import { isJsonObject } from '@understory/core';

/** A spec before it is parsed: where it has captions and does not say what is explained, every caption is, and every contrast. */
export function withCaptionsExplained(spec: unknown): unknown {
  if (!isJsonObject(spec) || spec['study'] !== 'explain' || spec['target'] !== undefined) return spec;
  if (spec['captions'] === undefined) return spec;
  return { ...spec, target: spec['against'] === undefined ? 'captions' : 'captions,contrasts' };
}

/** The same of each study of a list. */
export function withCaptionsExplainedInEach(file: unknown): unknown {
  if (!isJsonObject(file) || !Array.isArray(file['studies'])) return file;
  const studies = (file['studies'] as readonly unknown[]).map((study) =>
    isJsonObject(study) ? { ...study, spec: withCaptionsExplained(study['spec']) } : study,
  );
  return { ...file, studies };
}
