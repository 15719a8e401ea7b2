import { messageOf } from '@understory/core';
import { experimentErrors } from './errors.ts';

/** How a store says what went wrong with a file. */
export interface Failures {
  readonly writing: <Result>(name: string, work: () => Promise<Result>) => Promise<Result>;
  readonly reading: <Result>(name: string, work: () => Promise<Result>) => Promise<Result>;
}

export function failuresOf(pathOf: (name: string) => string): Failures {
  const coded =
    (make: (facts: { path: string; reason: string; cause: unknown }) => Error) =>
    async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
      const path = pathOf(name);
      try {
        return await work();
      } catch (cause) {
        throw make({ path, reason: messageOf(cause), cause });
      }
    };
  return { writing: coded(experimentErrors.notWritable), reading: coded(experimentErrors.notReadable) };
}
