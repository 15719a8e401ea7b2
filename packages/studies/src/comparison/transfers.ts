import { maskOf, type Examined } from '../examination/examination.ts';
import type { Examiner } from '../examination/examiner.ts';
import type { ShownAdversarial } from './comparison-rows.ts';

/** Shows each adversarial image that fools one network to the other, at the smallest budget that does. */
export async function transfersOf(
  from: ShownAdversarial['from'],
  { attacked }: Examined,
  shownTo: { readonly examined: Examined; readonly examiner: Examiner },
): Promise<readonly ShownAdversarial[]> {
  const { examined, examiner } = shownTo;
  const shown: ShownAdversarial[] = [];
  for (const { row, adversarial } of attacked.flatMap(({ attempts }) => attempts)) {
    if (row.success !== true) continue;
    const stays = await examiner.staysAt(examined, adversarial);
    shown.push({ from, mask: maskOf({ name: row.attack }), fooled: stays === undefined ? null : !stays });
  }
  return shown;
}
