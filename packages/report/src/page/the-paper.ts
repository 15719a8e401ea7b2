import { html } from '../html.ts';

/** Names the paper on a page that has its numbers. */
export const thePaper = html`<p class="quiet">
  “The paper” on this page is Y. Zheng,
  <cite>Can’t See the Forest for the Trees: Diagnosing the Spatial Blindness in CNN-based Models via Grad-CAM</cite>.
  Its numbers were measured on another network, and are not directly comparable.
</p>`;
