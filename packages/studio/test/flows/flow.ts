import type { Mode, View, Visit } from './visit.ts';

/** What a person does on the page, from a page that is open to what is seen in the end. */
export interface Flow {
  /** What is promised. */
  readonly name: string;
  readonly modes: readonly Mode[];
  /** How the tests of the package go through it, where they do; `npm run studio-flows` goes through it in every mode and view. */
  readonly test?: View & { readonly mode: Mode };
  /** Throws where a promise is broken; gives what was measured on the way. */
  run(visit: Visit): Promise<string | undefined>;
}

export const both = ['static', 'served'] as const;
