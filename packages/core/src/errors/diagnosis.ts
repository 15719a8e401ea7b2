/** What an error tells a person: what was found, what was expected, and what to do next, under a stable code. */
export interface Diagnosis {
  /** Stable across versions, in SCREAMING_SNAKE_CASE. */
  readonly code: string;
  readonly found: string;
  readonly expected: string;
  readonly next: string;
  /** What `next` would have changed, as data. */
  readonly remedy?: Remedy | undefined;
}

/** An option or setting by the name that a library user gives it, with a value that works where one is known. */
export interface Setting {
  readonly name: string;
  readonly value?: string | undefined;
}

/**
 * What could be changed, for a front end to name in its own words: flags at a command line, fields of a form in a page. A setting; the
 * backend, of all or of one plugin, with the ids that would do; or a list to choose from.
 */
export type Remedy =
  | { readonly kind: 'settings'; readonly settings: readonly Setting[] }
  | { readonly kind: 'backend'; readonly plugin?: string; readonly ids: readonly string[] }
  | { readonly kind: 'list'; readonly of: 'layers' | 'plugins' | 'inputs' | 'outputs' };

/** An error that a user can act on. */
export class UnderstoryError extends Error implements Diagnosis {
  readonly code: string;
  readonly found: string;
  readonly expected: string;
  readonly next: string;
  readonly remedy?: Remedy | undefined;

  constructor(diagnosis: Diagnosis & { readonly message: string; readonly cause?: unknown }) {
    super(diagnosis.message, 'cause' in diagnosis ? { cause: diagnosis.cause } : undefined);
    this.name = 'UnderstoryError';
    this.code = diagnosis.code;
    this.found = diagnosis.found;
    this.expected = diagnosis.expected;
    this.next = diagnosis.next;
    if (diagnosis.remedy !== undefined) this.remedy = diagnosis.remedy;
  }
}

/** Whether an error carries a diagnosis; judged by its fields, because packages that do not depend on core bring their own class. */
export function isDiagnosed(error: unknown): error is Error & Diagnosis {
  if (typeof error !== 'object' || error === null) return false;
  const fields = error as Partial<Record<keyof Diagnosis | 'message', unknown>>;
  return [fields.message, fields.code, fields.found, fields.expected, fields.next].every(
    (field) => typeof field === 'string',
  );
}

/** Whether an error is the fault of a plugin rather than of what it was given. */
export function isPluginFault(error: unknown): boolean {
  return isDiagnosed(error) && ['PLUGIN_FAILED', 'PLUGIN_RESULT_INVALID'].includes(error.code);
}
