import { holm } from '@understory/statistics';
import type { RunAttack } from '../attack/attack-rows.ts';
import { capitalised, count, inSentence, number, percent, range } from '../common/numbers.ts';
import { randomOrder, type EvaluatedMetric } from '../evaluation/evaluation-rows.ts';
import { verdict } from '../evaluation/summarise-evaluation.ts';
import type { DiagnosisSummary, DiagnosisVerdict, MaskFooling, Mean } from './diagnosis-summary.ts';

type Found = Omit<DiagnosisSummary, 'verdicts'>;

interface Asked {
  readonly metrics: readonly Pick<EvaluatedMetric, 'id' | 'name' | 'title'>[];
  readonly baselines: ReadonlySet<string>;
  readonly attacks: readonly RunAttack[];
}

/** What each part comes to, in one sentence with its caveat; parts without a result are left out. */
export function verdictsOf(found: Found, asked: Asked): readonly DiagnosisVerdict[] {
  if (found.images === 0) return [];
  return [
    predictionVerdict(found),
    ...agreementVerdict(found),
    ...sanityVerdict(found, asked),
    ...faithfulnessVerdicts(found, asked),
    ...arrangementVerdict(found),
    ...robustnessVerdict(found, asked),
  ];
}

function predictionVerdict({ images, prediction, evaluation: { accuracy } }: Found): DiagnosisVerdict {
  const { decision, asked, options, probability: sure, margin } = prediction;
  const topic = 'prediction';
  const caveat = 'A probability is no measure of certainty unless the network is calibrated, which was not tested.';
  if (images === 1) {
    const [, next] = options;
    const isClose = margin.mean !== null && margin.mean < 0.1;
    const behind =
      next === undefined || margin.mean === null
        ? ''
        : `, ${(100 * margin.mean).toFixed(1)} points ahead of ${next.label ?? next.target}${isClose ? ': a close call' : ''}`;
    const said = decision === null || decision === '' ? 'nothing' : decision;
    const [best] = options;
    const isOne = best === undefined || best.label === null || best.label === said;
    // The probability of several regions together is that of none of them.
    const probability = isOne ? sure.mean : (best?.probability ?? sure.mean);
    const own =
      probability === null ? '' : isOne ? ` (${percent(probability)})` : `, the best with ${percent(probability)}`;
    return {
      topic,
      caveat,
      statement: `${asked === null ? 'The' : `Asked ${asked}, the`} network says ${said}${own}${behind}.`,
      tone: isClose ? 'unclear' : 'neutral',
    };
  }
  const right =
    accuracy.share === null
      ? 'no image has a label that the network knows'
      : `the network is right on ${accuracy.correct} of ${accuracy.n} that have a label (${percent(accuracy.share)})`;
  const lead =
    margin.mean === null ? '' : `; what it says first leads by ${(100 * margin.mean).toFixed(1)} points on average`;
  const statement = `Over ${count(images, 'image')}, ${right}${lead}.`;
  return { topic, caveat, statement, tone: 'neutral' };
}

function agreementVerdict({ agreement: { methods, baselines, pairs } }: Found): readonly DiagnosisVerdict[] {
  if (methods.mean === null) return [];
  const isAbove = baselines.mean === null || methods.mean > baselines.mean + 0.1;
  const agrees = methods.mean >= 0.5 && isAbove;
  const told = agrees
    ? 'The explainers agree on where the network looks'
    : isAbove
      ? 'The explainers agree only in part on where the network looks'
      : 'The explainers agree no more with each other than with maps that ignore the network';
  const held =
    baselines.mean === null ? '' : `, against ${number(baselines.mean, 2)} with baselines that ignore the network`;
  const alike = pairs
    .filter((pair) => pair.mean !== null && pair.mean > 0.999)
    .map(({ first, second }) => `${first} and ${second}`);
  const same =
    alike.length === 0 ? '' : ` ${capitalised(alike.join(', '))} are the same map here and count as agreement.`;
  return [
    {
      topic: 'agreement',
      statement: `${told}: their rank correlation is ${meanText(methods)}${held}.`,
      caveat: `Explainers that read one layer agree by construction, and agreement is not faithfulness.${same}`,
      tone: agrees ? 'good' : isAbove ? 'unclear' : 'bad',
    },
  ];
}

function sanityVerdict({ evaluation }: Found, { metrics, baselines }: Asked): readonly DiagnosisVerdict[] {
  const metric = metrics.find(({ id }) => id === 'sanity');
  const found = evaluation.metrics.find((each) => each.metric === metric?.name);
  const own = (found?.explainers ?? []).flatMap(({ explainer, mean }) =>
    mean === null || baselines.has(explainer) ? [] : [{ explainer, mean }],
  );
  const most = own.toSorted((a, b) => b.mean - a.mean)[0];
  if (most === undefined) return [];
  const stays = own.filter(({ mean }) => mean > 0.5);
  const names = stays.map(({ explainer, mean }) => `${explainer} (${number(mean, 2)})`).join(', ');
  return [
    {
      topic: 'sanity',
      statement:
        stays.length === 0
          ? `The maps depend on what the network learned: with re-initialised weights a rank correlation of at most ${number(most.mean, 2)} is left (${most.explainer}).`
          : `Some maps hardly depend on what the network learned, since they stay alike with re-initialised weights: ${names}.`,
      caveat:
        'Weights were drawn once; that a map changes does not make it faithful, and what a picture or an architecture imposes stays.',
      tone: stays.length === 0 ? 'good' : 'bad',
    },
  ];
}

/** One for each metric that was also measured with pixels in a random order. */
function faithfulnessVerdicts(
  { images, evaluation }: Found,
  { metrics, baselines }: Asked,
): readonly DiagnosisVerdict[] {
  return evaluation.metrics.flatMap((found): readonly DiagnosisVerdict[] => {
    const { better, explainers, comparisons, reference } = found;
    const title = metrics.find(({ name }) => name === found.metric)?.title ?? found.metric;
    const random = explainers.find(({ explainer }) => explainer === randomOrder);
    if (reference !== randomOrder || random === undefined || random.mean === null || better === 'neither') return [];
    const withRandom = (name: string) =>
      comparisons.find((each) => each.explainer === name && each.reference === reference);
    const isOwn = (name: string) => name !== randomOrder && !baselines.has(name);
    const own = explainers.filter(({ explainer, mean }) => isOwn(explainer) && mean !== null);
    if (own.length === 0) return [];
    const corrected = holm(own.map(({ explainer }) => withRandom(explainer)?.pValue ?? undefined));
    /** As numbers stand for a single image, by the test for several. */
    const stand = own.map(({ explainer, mean }, at) => {
      const correctedPValue = corrected[at] ?? null;
      const compared = withRandom(explainer);
      if (images > 1) return compared === undefined ? 'undecided' : verdict({ ...compared, correctedPValue }, better);
      return mean! === random.mean ? 'undecided' : mean! < random.mean! === (better === 'lower') ? 'better' : 'worse';
    });
    const good = stand.filter((each) => each === 'better').length;
    const isUndecided = good === 0 && stand.includes('undecided');
    const values = own.map(({ explainer, mean }) => `${explainer} ${number(mean)}`).join(', ');
    const many =
      good === own.length
        ? `${own.length === 1 ? 'the explainer' : 'every explainer'} beats`
        : good === 0
          ? 'no explainer beats'
          : `${good} of ${own.length} explainers ${good === 1 ? 'beats' : 'beat'}`;
    const told = isUndecided
      ? `it cannot be told from ${count(images, 'image')} that an explainer beats pixels in a random order`
      : `${many} pixels in a random order${images === 1 ? '' : ' by the paired test'}`;
    return [
      {
        topic: 'faithfulness',
        statement: `${title}: ${told} (${values}; random order ${number(random.mean)}, ${better} is better).`,
        caveat:
          images === 1
            ? 'One image has no interval, and pictures with pixels removed are unlike any that the network was trained on.'
            : 'Pictures with pixels removed are unlike any that the network was trained on; p-values are corrected over the explainers.',
        tone: good === own.length ? 'good' : good === 0 && !isUndecided ? 'bad' : 'unclear',
      },
    ];
  });
}

function arrangementVerdict({ images, probe }: Found): readonly DiagnosisVerdict[] {
  if (probe === null) return [];
  return [
    {
      topic: 'arrangement',
      statement: probe.verdict.statement,
      caveat: isOfDecisions(probe)
        ? 'A decision that survives shows that arrangement is not needed for it, not that the network cannot see it; one that is lost may be lost to the cuts.'
        : `It rests on what the images were asked${images === 1 ? ', and one image asks too little for a rule' : ' and on such questions alone'}.`,
      tone: 'neutral',
    },
  ];
}

/** Whether a probe disturbs pictures and sees which decisions survive, rather than asking about places. */
function isOfDecisions({ estimates }: NonNullable<Found['probe']>): boolean {
  return estimates.some(({ measure }) => /^same-/.test(measure));
}

function robustnessVerdict(
  { images, fooling, foolingComparisons }: Found,
  { attacks }: Asked,
): readonly DiagnosisVerdict[] {
  const known = fooling.filter(({ n }) => n > 0);
  if (known.length === 0) return [];
  const largest = attacks.reduce((most, { budget }) => Math.max(most, budget.epsilon), 0);
  const texts = known.map((each) => (images === 1 ? flipText(each, largest) : shareText(each)));
  const most = known.toSorted((a, b) => b.share.mean! - a.share.mean!)[0]!;
  const least = known.toSorted((a, b) => a.share.mean! - b.share.mean!)[0]!;
  // Of a single image the numbers stand as they are.
  const isClear =
    images === 1 ||
    foolingComparisons
      .filter(({ first, second }) => [first, second].includes(most.mask))
      .every(({ correctedPValue }) => correctedPValue !== null && correctedPValue < 0.05);
  const told =
    most.share.mean === 0
      ? `No attack flips the decision${images === 1 ? '' : ' of any image'} within ${budgetText(largest)}`
      : most.share.mean === least.share.mean
        ? 'It is flipped equally easily through every mask that was tried'
        : isClear
          ? `It is flipped most easily through ${most.title}`
          : 'Through which mask it is flipped most easily cannot be told by the paired test';
  const attack = attacks[0]?.attack ?? 'the attack';
  const isTiny = known.some(({ median }) => median !== null && median < 0.999 / 255);
  const tiny = isTiny ? ' Changes of less than 1/255 may be lost when a picture is saved with 8 bits.' : '';
  return [
    {
      topic: 'robustness',
      statement: `${told}: ${texts.join('; ')}.`,
      caveat: `Budgets are upper bounds: a stronger attack than ${attack} may need less, and between the budgets tried nothing is known.${tiny}${images === 1 ? ' One image shows no rule.' : ''}`,
      tone: most.share.mean === 0 ? 'good' : isClear ? 'neutral' : 'unclear',
    },
  ];
}

function flipText({ title, median, decision, probability: sure }: MaskFooling, largest: number): string {
  if (median === null) return `${title}, not within ${budgetText(largest)}`;
  const taken =
    decision === null || decision === '' ? '' : `, then ${decision}${sure === null ? '' : ` (${percent(sure)})`}`;
  return `${title}, a change of at most ${budgetText(median)}${taken}`;
}

function shareText({ title, n, flipped, median }: MaskFooling): string {
  const half = median === null ? 'fewer than half' : `a median of ${budgetText(median)}`;
  return `${title}, ${flipped} of ${n} flipped (${half})`;
}

/** A budget as levels of 255. */
function budgetText(epsilon: number): string {
  return `${inSentence(Number((255 * epsilon).toPrecision(3)))}/255`;
}

function meanText({ mean, interval }: Mean): string {
  return interval === null ? number(mean, 2) : `${number(mean, 2)} (95 % interval ${range(interval)})`;
}
