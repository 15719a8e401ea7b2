import type { ReportedRun } from './reported-run.ts';
import { reportErrors } from './errors.ts';

/** What a finished run found, as its own experiment put it, with the lists and objects that it must `have`; undefined where it has not finished. Throws SUMMARY_NOT_READABLE. */
export async function readSummary(
  { store, name }: Pick<ReportedRun, 'store' | 'name'>,
  have: readonly string[],
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const path = `${name}/summary.json`;
  let text: string;
  try {
    const bytes = await store.read('summary.json');
    if (bytes === undefined) return undefined;
    text = new TextDecoder().decode(bytes);
  } catch (error) {
    throw reportErrors.summaryNotReadable({ path, found: (error as Error).message });
  }
  let summary: unknown;
  try {
    summary = JSON.parse(text);
  } catch {
    throw reportErrors.summaryNotReadable({ path, found: 'no JSON' });
  }
  const fields = (typeof summary === 'object' ? summary : null) as Readonly<Record<string, unknown>> | null;
  const missing = have.find((name) => typeof fields?.[name] !== 'object' || fields[name] === null);
  if (fields === null || missing !== undefined) {
    throw reportErrors.summaryNotReadable({ path, found: fields === null ? 'no object' : `no field "${missing}"` });
  }
  return fields;
}
