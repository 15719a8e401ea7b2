import { dataUri } from '../figures/data-uri.ts';
import type { Picture, PictureRow } from '../figures/picture-grid.ts';
import { html, type Html } from '../html.ts';

/** Rows of pictures with a title each; a picture that is not there leaves a frame that says so. */
export function pictureRows(rows: readonly PictureRow[]): readonly Html[] {
  return rows.map(
    ({ title, minor = false, isLarge = false, pictures }) =>
      html`<figure class="strip${isLarge && ' large'}">
        ${minor ? html`<h4>${title}</h4>` : html`<h3>${title}</h3>`}
        <ul>
          ${pictures.map(
            (picture) =>
              html`<li>
                ${shown(picture)}
                <span>${picture.caption}</span>
              </li>`,
          )}
        </ul>
      </figure>`,
  );
}

function shown({ image, absent = 'not kept', alt }: Picture): Html {
  if (image === undefined) return html`<div class="absent" role="img" aria-label="${alt}: ${absent}">${absent}</div>`;
  return html`<img
    class="${image.enlarged ? 'pixels' : 'photo'}"
    src="${dataUri('image/png', image.png)}"
    alt="${alt}"
  />`;
}

/** What the style sheet needs beside its own for such rows. */
export const pictureStyle = `
.strip h4 { font-size: .9rem; margin: 0 0 .3rem; }
.strip ul { display: flex; flex-wrap: wrap; gap: .6rem; list-style: none; margin: .4rem 0 0; padding: 0; }
.strip li { width: 9rem; }
.strip img, .strip .absent { display: block; width: 9rem; aspect-ratio: 1; object-fit: contain; border-radius: .3rem; }
.strip img { outline: 1px solid var(--rule); outline-offset: -1px; }
.strip img.pixels { image-rendering: pixelated; }
.strip.large li, .strip.large img { width: 18rem; max-width: 100%; }
.strip .absent { display: grid; place-items: center; border: 1px dashed var(--rule); color: var(--quiet); font-size: .8rem; }
.strip span { display: block; color: var(--quiet); font-size: .8rem; line-height: 1.35; margin-top: .3rem; overflow-wrap: anywhere; }
@media print {
  .strip li { width: 6.4rem; break-inside: avoid; }
  .strip img, .strip .absent { width: 6.4rem; }
  .strip.large li, .strip.large img { width: 11rem; }
}
`;
