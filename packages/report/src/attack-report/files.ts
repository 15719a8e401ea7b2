import { csv, type Download } from '../page/downloads.ts';
import type { AttackSummary, MeanEstimate, Share } from '@understory/studies';

/** The tables of an attack's page as files. */
export function attackFiles({ attacks, comparisons }: AttackSummary): readonly Download[] {
  const share = (found: Share | null) => [
    found?.count,
    found?.n,
    found?.share,
    found?.interval?.[0],
    found?.interval?.[1],
  ];
  const mean = ({ n, mean: value, interval }: MeanEstimate) => [n, value, interval?.[0], interval?.[1]];
  const shareHead = (name: string) => ['count', 'n', 'share', 'low', 'high'].map((each) => `${name} ${each}`);
  const meanHead = (name: string) => ['n', 'mean', 'low', 'high'].map((each) => `${name} ${each}`);
  return [
    {
      ...{ name: 'masks.csv', title: 'success, steps and distances by mask', type: 'text/csv' },
      text: csv(
        [
          ...[
            'attack',
            'images',
            ...shareHead('success'),
            ...meanHead('steps of successes'),
            ...meanHead('steps of all'),
          ],
          ...[...shareHead('saved'), ...shareHead('transfer'), 'mask pixels', 'linf', 'l2', 'l0', 'ssim'],
          ...['paper success', 'paper steps'],
        ],
        attacks.map((each) => [
          ...[each.attack, each.n, ...share(each.success), ...mean(each.stepsOfSuccesses), ...mean(each.stepsOfAll)],
          ...[...share(each.saved), ...share(each.transfer), each.maskPixels],
          ...[each.distances.linf, each.distances.l2, each.distances.l0, each.distances.ssim],
          ...[each.paper?.success, each.paper?.steps],
        ]),
      ),
    },
    {
      ...{ name: 'pairs.csv', title: 'every pair of masks, first minus second', type: 'text/csv' },
      text: csv(
        [
          ...['first', 'second', 'images', 'success difference', 'only first', 'only second', 'success p'],
          ...['success p holm', 'steps difference', 'steps low', 'steps high', 'steps p', 'steps p holm'],
        ],
        comparisons.map(({ first, second, n, success, steps }) => [
          ...[first, second, n, success.difference, success.onlyFirst, success.onlySecond, success.pValue],
          ...[success.correctedPValue, steps.difference, steps.interval?.[0], steps.interval?.[1], steps.pValue],
          steps.correctedPValue,
        ]),
      ),
    },
  ];
}
