import { html, type Html } from '../html.ts';

/** What the spec in a run's record tells its readers beforehand; nothing where it tells nothing. */
export function notesOf(record: object): readonly string[] {
  const notes = fieldOf(fieldOf(fieldOf(record, 'about'), 'spec'), 'notes');
  return Array.isArray(notes) ? notes.filter((note) => typeof note === 'string') : [];
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

/** Notes that a reader has to know before anything else; nothing where there are none. */
export function notice(notes: readonly string[]): Html | null {
  if (notes.length === 0) return null;
  return html`<aside class="notice" role="note">${notes.map((note) => html`<p>${note}</p>`)}</aside>`;
}
