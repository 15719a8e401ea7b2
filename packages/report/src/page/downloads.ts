import { html, type Html } from '../html.ts';
import { dataUri } from '../figures/data-uri.ts';

/** Something that a reader may want to go on with. */
export interface Download {
  /** Of the file. */
  readonly name: string;
  readonly title: string;
  readonly type: 'text/csv' | 'application/json';
  readonly text: string;
}

/** Files that are part of the page, and a word on those of the run folder. */
export function downloads(files: readonly Download[], { tables }: { readonly tables: string }): Html {
  return html`<section>
    <h2>The numbers as files</h2>
    <ul>
      ${files.map(
        ({ name, title, type, text }) =>
          html`<li><a download="${name}" href="${dataUri(type, text)}">${name}</a>: ${title}</li>`,
      )}
    </ul>
    <p class="quiet">
      The run folder holds ${tables}, and each figure of this page as SVG and PNG in <code>figures</code>.
    </p>
  </section>`;
}

/** Lines of a table with a head, for a spreadsheet; null and undefined are empty. */
export function csv(
  head: readonly string[],
  lines: readonly (readonly (string | number | boolean | null | undefined)[])[],
): string {
  const field = (value: string | number | boolean | null | undefined) => {
    const text = String(value ?? '');
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [head, ...lines].map((line) => `${line.map(field).join(',')}\r\n`).join('');
}
