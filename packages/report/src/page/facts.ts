import { html, type Html } from '../html.ts';

/** The run at a glance. */
export function facts(items: readonly (readonly [term: string, value: string])[]): Html {
  return html`<dl class="facts">
    ${items.map(
      ([term, value]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${breakable(value)}</dd>
        </div>`,
    )}
  </dl>`;
}

/** A specification is broken after what parts it, where it has to be. */
function breakable(value: string): readonly Html[] {
  return value.split(/(?<=[:,/])(?=\S)/).map((part, at) => html`${at > 0 && html`<wbr />`}${part}`);
}
