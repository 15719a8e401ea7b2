import type { OpenWork } from '@understory/core';
import { openStudyWork, parseStudySpec, type StudySpecInput } from '@understory/studies';
import { nodeEnvironment, type NodeEnvironmentOptions } from './node-environment.ts';

/** What a study is opened with in a worker thread of the same machine. */
export interface StudyWorkData extends Omit<NodeEnvironmentOptions, 'onConfiguration'> {
  readonly spec: StudySpecInput;
  /** The folder on the machine that sent the study, where another one did. */
  readonly base?: string;
}

/** Opens a study of this machine in a worker: `elsewhere` of the environment names this module. */
export const openWork: OpenWork = (data, around) => {
  const { spec, base, ...options } = data as StudyWorkData;
  // Core knows no more of a signal than it needs; executors in Node give whole ones.
  const signal = around.signal as AbortSignal;
  const own = nodeEnvironment(options);
  const environment = base === undefined ? own : own.hosting!(base);
  return openStudyWork(parseStudySpec(spec, spec.study), environment, { ...around, signal });
};
