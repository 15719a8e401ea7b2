import type { ProbeEstimate, ProbeSection } from '@understory/core';
import { signFlipTest } from '@understory/statistics';
import { chartsOf, type EstimateOf, type NamedGroup } from './charts.ts';
import { estimatesOf } from './estimates.ts';
import { boxMeasures, disagrees, exchangeMeasures, forcedBeyondControl, mapMeasures } from './measures.ts';

/** What the verdict does not rest on: how phrasings differ, what exchanging left and right does, how boxes and answers go together, and where maps lie. */
export function sectionsOf(
  groups: readonly NamedGroup[],
  estimateOf: EstimateOf,
  seed: number,
): readonly ProbeSection[] {
  const sections: readonly ProbeSection[] = [
    {
      title: 'Phrasings of one question',
      estimates: estimatesOf([disagrees], groups, estimateOf),
      charts: chartsOf('phrasings', groups, estimateOf),
      examples: [],
      remarks: [
        'Phrasings disagree where not all of them, such as “the left apple” and “the apple on the left”, get one answer.',
      ],
    },
    {
      title: 'Left and right exchanged',
      estimates: estimatesOf(exchangeMeasures, groups, estimateOf),
      charts: chartsOf('exchange', groups, estimateOf),
      examples: [],
      remarks: [
        'Pictures are mirrored, and in questions left and right are exchanged. With both, the answer is to stay the same, but that left and right in it are exchanged; the two answers with either are to be alike in the same way. A model that reads no places gives one answer to all four, which is as consistent: whether the answer follows the picture and the words, where another one is right, tells the two apart.',
      ],
    },
    {
      title: 'Boxes and answers',
      estimates: estimatesOf(boxMeasures, groups, estimateOf),
      charts: chartsOf('boxes', groups, estimateOf),
      examples: [],
      remarks: [
        "A box is right where it and that of the thing asked about share half of what they cover together. It is the model's likeliest box for the words that name the thing. The right box with a wrong answer is the failure of the paper's Figure 6.",
      ],
    },
    {
      title: 'Where maps lie',
      estimates: estimatesOf(mapMeasures, groups, estimateOf).map((each) => tested(each, groups, seed)),
      charts: chartsOf('maps', groups, estimateOf),
      examples: [],
      remarks: [
        'Shares of the map lie beside the shares of the picture that the boxes of the two things cover. A forced answer is one that the model did not need to give: how much more of its map than of that of the right answer lies in the other thing rather than in the one asked about. Forced are the answer of the other thing and, as control, the likeliest of the same type that is right of no thing in the picture.',
        'Maps illustrate and do not decide: a model that guesses places may look at the thing asked about too.',
      ],
    },
  ];
  return sections.filter(({ estimates }) => estimates.length > 0);
}

/** Whether the paired difference of forced answers is zero, by a sign-flip test over images. */
function tested(estimate: ProbeEstimate, groups: readonly NamedGroup[], seed: number): ProbeEstimate {
  if (estimate.measure !== forcedBeyondControl.id) return estimate;
  const { group } = groups.find(({ title }) => title === estimate.condition)!;
  const { pValue } = signFlipTest([...group.byItem(forcedBeyondControl).values()], { seed });
  return pValue === undefined ? estimate : { ...estimate, pValue };
}
