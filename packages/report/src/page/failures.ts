import type { FailedItem } from '@understory/studies';
import { html, type Html } from '../html.ts';

/** The images that are missing from the numbers, with what went wrong; nothing where there are none. */
export function failures(failed: readonly FailedItem[], { done }: { readonly done: string }): Html | null {
  if (failed.length === 0) return null;
  return html`<section id="failed">
    <h2>Images that could not be ${done}</h2>
    <table class="list">
      <thead>
        <tr>
          <th scope="col">Image</th>
          <th scope="col" class="words">Code</th>
          <th scope="col" class="words">What went wrong</th>
        </tr>
      </thead>
      <tbody>
        ${failed.map(
          ({ item, code, message }) =>
            html`<tr>
              <th scope="row">${item}</th>
              <td class="words"><code>${code}</code></td>
              <td class="words">${message}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}
