import { html, type Html } from '../html.ts';
import { count } from '../numbers.ts';
import type { ReportedRun } from '../reported-run.ts';

/** What a reader must know before the numbers: that there are more to come, that images are missing. `done` is what was to be done to an image. */
export function remarks(
  { isComplete, failed }: Pick<ReportedRun, 'isComplete' | 'failed'>,
  { done }: { readonly done: string },
): Html {
  return html`${
    isComplete === false &&
    html`<p role="note"><strong>This run is not finished</strong>; the numbers are of what is done so far.</p>`
  }
  ${
    failed.length > 0 &&
    html`<p role="note">
      ${count(failed.length, 'image')} could not be ${done}; <a href="#failed">they are listed below</a>.
    </p>`
  }`;
}
