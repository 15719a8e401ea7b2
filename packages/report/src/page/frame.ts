import { html, Html } from '../html.ts';
import { styleSheet } from '../style.ts';
import { notice } from './notes-of.ts';

/** What stands around every report, whatever the run was. */
export interface Frame {
  readonly title: string;
  /** What stands in front of everything else. */
  readonly notes?: readonly string[];
  /** Under the title: what was done, the facts at a glance, what a reader must know first. */
  readonly head: Html;
  readonly main: Html;
  /** How to read the numbers. */
  readonly footer: Html;
  /** Rules of style that only this kind of report needs. */
  readonly style?: string;
  /** Of Understory, as the record of the run says. */
  readonly version: string | undefined;
}

/**
 * What a browser may do for a report: show the pictures and the style that are part of it. No scripts, nothing fetched, nothing sent.
 * Styles are inline because the colours of series stand in attributes.
 */
const policy = new Html(
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
);

/** One HTML document that needs nothing beside itself. */
export function frame({ title, notes = [], head, main, footer, style = '', version }: Frame): string {
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>
          ${new Html(`${styleSheet}${style}`)}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          ${notice(notes)} ${head}
        </header>
        <main>${main}</main>
        <footer class="quiet">Understory ${version ?? ''}. ${footer}</footer>
      </body>
    </html> `;
  return `${document.text.trim()}\n`;
}
