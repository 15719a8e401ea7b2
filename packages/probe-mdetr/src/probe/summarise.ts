import type { ProbeEstimate, ProbeRequest, ProbeSummary } from '@understory/core';
import { meanEstimate, runsOf, type MeanEstimate } from '@understory/statistics';
import { blindnessOf, passed, priorOf, type QuestionBlindness } from './blindness.ts';
import { chartsOf, type EstimateOf, type NamedGroup } from './charts.ts';
import { estimatesOf } from './estimates.ts';
import { exampleOf } from './example-of.ts';
import { Examples, kinds } from './examples.ts';
import { inOrder, titleOf } from './kinds.ts';
import { answerMeasures, right, rightEither, type Measure } from './measures.ts';
import type { QuestionRow } from './row.ts';
import { sectionsOf } from './sections.ts';
import { Tally, type Group } from './tally.ts';
import { verdictOf } from './verdict.ts';

/** What the rows of all images come to; the rows of an image follow each other. */
export async function summarise(rows: AsyncIterable<QuestionRow>, request: ProbeRequest): Promise<ProbeSummary> {
  const tally = new Tally();
  const examples = new Examples();
  for await (const own of runsOf(rows, ({ item }) => item)) {
    tally.add(own[0]!.item, own);
    for (const kind of kinds) {
      const candidate = examples.of(kind, own);
      if (candidate !== undefined) examples.offer(kind, candidate);
    }
  }
  tally.close();
  const { seed } = request;
  const estimateOf = estimator(seed);
  const groups = namedGroups(tally);
  const blindness = blindnessOf(tally, { seed });
  const { places, objects } = tally;
  return {
    images: tally.images,
    verdict: verdictOf({
      ...{ images: tally.images, blindness },
      places: estimateOf(places, passed[blindness.basis]),
      objects: estimateOf(objects, passed[blindness.objectBasis]),
      prior: estimateOf(places, blindness.basis === 'exchanges' ? rightEither : priorOf(places)).estimate,
      all: estimateOf(objects, right),
    }),
    estimates: [
      ...blindnessEstimates(tally, blindness, groups, seed),
      ...estimatesOf(answerMeasures, groups, estimateOf),
    ],
    curves: [],
    charts: chartsOf('answers', groups, estimateOf),
    examples: request.keep === undefined ? [] : examples.chosen().map((each) => exampleOf(each, tally, request)),
    remarks: tally.images === 0 ? [] : remarksOf(tally, blindness),
    sections: sectionsOf(groups, estimateOf, seed),
  };
}

/** Each estimate is made once, since intervals take long. */
function estimator(seed: number): EstimateOf {
  const found = new Map<Group, Map<Measure, MeanEstimate>>();
  return (group, measure) => {
    const own = found.get(group) ?? new Map<Measure, MeanEstimate>();
    found.set(group, own);
    const values = () => [...group.byItem(measure).values()];
    const estimate = own.get(measure) ?? meanEstimate(values(), { share: measure.unit === 'share', seed });
    own.set(measure, estimate);
    return estimate;
  };
}

/** The kinds of questions, then all about things and all about places where there are several kinds of them. */
function namedGroups({ groups, objects, places }: Tally): readonly NamedGroup[] {
  const named = inOrder(groups).map((group) => ({ title: titleOf(group, groups), group }));
  const isSeveral = (all: Group) => groups.filter(({ isSpatial }) => isSpatial === all.isSpatial).length > 1;
  return [
    ...named,
    ...(isSeveral(objects) ? [{ title: 'all about things', group: objects }] : []),
    ...(isSeveral(places) ? [{ title: 'all about places', group: places }] : []),
  ];
}

/** Of all questions about places together, and of each kind of them. */
function blindnessEstimates(
  tally: Tally,
  all: QuestionBlindness,
  groups: readonly NamedGroup[],
  seed: number,
): readonly ProbeEstimate[] {
  const estimate = (condition: string, { n, score, interval }: QuestionBlindness): ProbeEstimate => ({
    ...{ measure: 'blindness', title: 'spatial blindness', condition },
    n: score === null ? 0 : n,
    ...{ estimate: score, interval: score === null ? null : interval, unit: 'number' },
  });
  const kinds = groups.filter(({ group }) => group.isSpatial && group !== tally.places);
  if (kinds.length === 0) return [];
  return [
    estimate('all about places', all),
    ...(kinds.length < 2
      ? []
      : kinds.map(({ title, group }) =>
          estimate(title, blindnessOf(tally, { seed, about: (each) => each === group })),
        )),
  ];
}

/** What a reader should know of the numbers. */
function remarksOf({ unknown, questions }: Tally, { basis, objectBasis }: QuestionBlindness): readonly string[] {
  return [
    {
      pairs:
        'The score counts questions to which another picture makes another answer right, such as the mirror image: told apart is how often the two answers are matched with the two pictures, by their scores. A liking for words or answers cannot do that.',
      exchanges:
        'The score counts questions about left and right, by four answers each: picture and words as they are and both mirrored, which have the same right answer, and either one mirrored, where a model that reads no places gives that answer as often. It needs to know of no second answer, and a mirror image shows all things whole, as shuffled patches do not.',
      answers:
        'Of questions about places the score counts right answers beyond those that are given without seeing places, since the data have no second picture with another answer and hardly a question about left or right: on a grey picture or with patches shuffled, whichever has more of them. Patches cut things too, so that a model that knows things and no places may seem to see some places.',
    }[basis],
    ...(objectBasis === 'answers' && basis !== 'answers'
      ? ['Of questions about things it counts right answers beyond those that are given on a grey picture.']
      : []),
    'On a grey picture nothing is seen, with patches shuffled things are seen and not where they are, and on another image the answers to the same question about the other images of the data are held against what is right of this one.',
    ...(unknown === 0
      ? []
      : [
          `The model does not have the right answer to ${unknown} of ${questions} questions; they count as answered wrong.`,
        ]),
  ];
}
