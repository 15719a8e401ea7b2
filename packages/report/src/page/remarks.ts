import type { UnderstoryError } from '@understory/core';
import { html, type Html } from '../html.ts';
import { count } from '@understory/studies/results';
import type { ReportedRun } from '../reported-run.ts';

export interface Remarked extends Pick<ReportedRun, 'isComplete' | 'failed' | 'missing'> {
  readonly problems: readonly UnderstoryError[];
}

/**
 * What a reader must know before the numbers: that there are more to come, that images are missing, that the folder is damaged.
 * `done` is what was to be done to an image.
 */
export function remarks(
  { isComplete, missing, failed, problems }: Remarked,
  { done }: { readonly done: string },
): Html {
  return html`${
    isComplete === false &&
    html`<p role="note">
      <strong>This run is not finished</strong>; the numbers are of what is done so far${missing && `: ${missing}`}.
    </p>`
  }
  ${
    failed.length > 0 &&
    html`<p role="note">
      ${count(failed.length, 'image')} could not be ${done}; <a href="#failed">they are listed below</a>.
    </p>`
  }
  ${
    problems.length > 0 &&
    html`<div role="note">
      <p><strong>The folder of this run is damaged</strong>; what follows is left out:</p>
      <ul class="words">
        ${problems
          .slice(0, mostListed)
          .map(({ code, message, found }) => html`<li>${message} <span class="quiet">${code}: ${found}</span></li>`)}
        ${problems.length > mostListed && html`<li>and ${problems.length - mostListed} more.</li>`}
      </ul>
    </div>`
  }`;
}

const mostListed = 20;
