import { html, type Html } from '../html.ts';

/** The run at a glance. */
export function facts(items: readonly (readonly [term: string, value: string])[]): Html {
  return html`<dl class="facts">
    ${items.map(
      ([term, value]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
