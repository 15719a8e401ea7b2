import { html, type Html } from '../html.ts';

/** What came out, a sentence each. */
export function findingsList(sentences: readonly string[]): Html {
  return html`<ul class="findings">
    ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
  </ul>`;
}
