import type { Figure } from '../figures/figure.ts';
import { html, Html } from '../html.ts';

/** A figure with its title and caption. */
export function figureBlock({ title, svg, caption }: Figure): Html {
  return html`<figure>
    <h3>${title}</h3>
    ${new Html(svg)}
    <figcaption>${caption}</figcaption>
  </figure>`;
}
