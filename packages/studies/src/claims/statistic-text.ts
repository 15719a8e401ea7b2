import type { Statistic } from '../spec/claim-spec.ts';
import type { Measured } from './measure.ts';

/** What a statistic is, in words that go before a number; those of a probe's number are its own title, where it was measured. */
export function statisticText(statistic: Statistic, measured?: Pick<Measured, 'title'>): string {
  switch (statistic.kind) {
    case 'accuracy':
      return 'correct predictions';
    case 'mean':
      return `${statistic.metric} of ${statistic.explainer}`;
    case 'difference':
      return `${statistic.metric} of ${statistic.first} minus ${statistic.second}`;
    case 'correlation':
      return `correlation of the maps of ${statistic.first} and ${statistic.second}`;
    case 'success':
      return `success through ${statistic.attack}`;
    case 'steps':
      return `steps of successes through ${statistic.attack}`;
    case 'success-difference':
      return `success through ${statistic.first} minus ${statistic.second}`;
    case 'steps-difference':
      return `steps through ${statistic.first} minus ${statistic.second}`;
    case 'estimate':
      return `${measured?.title ?? statistic.measure}, ${statistic.condition}`;
  }
}
