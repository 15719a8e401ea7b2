import { html, type Html } from '../html.ts';

/** A number with what belongs to it in small letters beneath. */
export function estimateCell(value: string, ...beneath: readonly string[]): Html {
  return html`<td><strong>${value}</strong>${beneath.map((text) => html` <small>${text}</small>`)}</td>`;
}

/** For tables of the class `estimates`, and of `names` where rows have long ones. */
export const estimateStyle = `
.estimates th { white-space: normal; max-width: 9rem; }
.estimates tbody th { white-space: normal; min-width: 8rem; max-width: none; }
.estimates tbody th, .estimates td { vertical-align: top; }
.names th.words, .names td.words { min-width: 7rem; overflow-wrap: break-word; }
.names tbody th { white-space: normal; min-width: 10.5rem; max-width: 15rem; }
.estimates small { display: block; color: var(--quiet); font-size: .78rem; font-weight: 400; }
.estimates .paper th, .estimates .paper td, .estimates td.paper { color: var(--quiet); font-weight: 400; font-style: italic; font-size: .875rem; white-space: normal; }
.estimates .paper th { max-width: 12rem; }
@media (max-width: 40rem) { .names td.words { min-width: 14rem; } }
@media print {
  .estimates, .names { font-size: .78rem; }
  .estimates th, .estimates td, .names th, .names td { padding: .25rem .35rem; }
  .names tbody th { min-width: 0; }
}
`;
