import type { Omission } from '@understory/studies';
import { html, type Html } from '../html.ts';

/** What the publication shows and no study repeats; nothing where a list names nothing of the kind. */
export function notRepeatedSection(omissions: readonly Omission[]): Html | null {
  if (omissions.length === 0) return null;
  return html`<section id="not-repeated">
    <h2>What is not repeated here</h2>
    <ul>
      ${omissions.map(
        ({ place, what, why }) => html`<li><strong>${place}</strong>: ${what} <span class="quiet">${why}</span></li>`,
      )}
    </ul>
  </section>`;
}
