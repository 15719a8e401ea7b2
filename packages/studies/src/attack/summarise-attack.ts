import { holm, mcNemarExact, mean, meanInterval, pairedDifference, wilson } from '@understory/statistics';
import type { AttackRow, AttackSetting, RunAttack } from './attack-rows.ts';
import { paperAttack, type PaperAttack } from '../common/paper-numbers.ts';

type Interval = readonly [low: number, high: number];

/** What a run of attacks found; null stands for what cannot be told. */
export interface AttackSummary {
  readonly images: number;
  /** Over the images whose label the network knows. */
  readonly accuracy: Share;
  /** In the order of the run. */
  readonly attacks: readonly AttackOutcome[];
  /** Each pair of masks under the same settings, on the images that both attacked. */
  readonly comparisons: readonly AttackComparison[];
  readonly curves: readonly SweepCurve[];
  readonly warnings: readonly CountedWarning[];
}

export interface Share {
  readonly count: number;
  readonly n: number;
  readonly share: number | null;
  /** 95 %, Wilson. */
  readonly interval: Interval | null;
}

export interface MeanEstimate {
  readonly n: number;
  readonly mean: number | null;
  /** 95 %, bootstrap. */
  readonly interval: Interval | null;
}

/** What became of one entry of the run's attacks. */
export interface AttackOutcome {
  readonly attack: string;
  /** Images that were attacked. */
  readonly n: number;
  readonly success: Share;
  /** Evaluations of the network until success, over the successes. */
  readonly stepsOfSuccesses: MeanEstimate;
  /** The same over all, a failure counted as all the steps that it was allowed. */
  readonly stepsOfAll: MeanEstimate;
  /** Pictures that still succeed with 8 bits a channel, of the successes. */
  readonly saved: Share;
  /** Of the successes, how many mislead the other network too; null without one. */
  readonly transfer: Share | null;
  /** Means over the images that were attacked. */
  readonly distances: {
    readonly linf: number | null;
    readonly l2: number | null;
    readonly l0: number | null;
    readonly ssim: number | null;
  };
  readonly maskPixels: number | null;
  /** Adversarial images that break a rule. */
  readonly broken: Readonly<Record<keyof NonNullable<AttackRow['checks']>, number>>;
  readonly excluded: readonly { readonly reason: string; readonly count: number }[];
  /** The paper's numbers, on its own network; null where the settings are not the paper's. */
  readonly paper: PaperAttack | null;
}

/** First minus second on the images that both attacked. */
export interface AttackComparison {
  readonly first: string;
  readonly second: string;
  readonly n: number;
  readonly success: {
    /** Of the shares of success. */
    readonly difference: number | null;
    readonly onlyFirst: number;
    readonly onlySecond: number;
    /** McNemar, exact. */
    readonly pValue: number | null;
    /** After Holm's correction over every comparison of the run. */
    readonly correctedPValue: number | null;
  };
  /** Of the steps, failures counted as all that they were allowed. */
  readonly steps: {
    readonly difference: number | null;
    readonly interval: Interval | null;
    /** Sign-flip test. */
    readonly pValue: number | null;
    readonly correctedPValue: number | null;
  };
}

/** Success of one mask as a setting is swept. */
export interface SweepCurve {
  /** The id of the mask, with the settings that were given beside the fraction. */
  readonly mask: string;
  readonly along: 'fraction' | 'epsilon';
  /** What the other of the two is held at; null where there is none. */
  readonly at: number | null;
  /** Ascending. */
  readonly points: readonly (Share & { readonly x: number; readonly attack: string })[];
}

interface CountedWarning {
  readonly attack: string;
  readonly warning: string;
  readonly count: number;
}

/** What is kept of a row that tells of an attack that was made. */
interface Attempt {
  readonly success: boolean;
  readonly evaluations: number;
  readonly row: Pick<AttackRow, 'linf' | 'l2' | 'l0' | 'ssim' | 'maskPixels' | 'savedSuccess' | 'checks'>;
  readonly transfer: boolean | null;
}

interface Group {
  readonly attempts: Map<string, Attempt>;
  readonly excluded: Map<string, number>;
  readonly warnings: Map<string, number>;
}

/**
 * Shares, means with intervals and paired comparisons of a run of attacks; of each row only its numbers are kept.
 * `attacks` are the run's, in its order, and the setting is theirs; `seed` is that of the bootstrap; `transfer` says that there is another network. Neither the order of the rows nor how they were batched matters.
 */
export async function summariseAttack(
  rows: AsyncIterable<AttackRow> | Iterable<AttackRow>,
  {
    attacks,
    seed = 0,
    transfer = false,
    ...setting
  }: AttackSetting & { readonly attacks: readonly RunAttack[]; readonly seed?: number; readonly transfer?: boolean },
): Promise<AttackSummary> {
  const groups = new Map(attacks.map(({ name }) => [name, newGroup()]));
  const images = new Map<string, boolean | null>();
  let transferred = transfer;
  for await (const row of rows) {
    images.set(row.item, row.correct);
    const group = groups.get(row.attack);
    if (group === undefined) throw new RangeError(`"${row.attack}" is none of the attacks of the run`);
    for (const warning of new Set(row.warnings)) increment(group.warnings, warning);
    if (row.success === null) {
      increment(group.excluded, row.reason ?? 'no reason given');
      continue;
    }
    transferred ||= row.transfer !== null;
    const { linf, l2, l0, ssim, maskPixels, savedSuccess, checks } = row;
    group.attempts.set(row.item, {
      success: row.success,
      evaluations: row.evaluations,
      row: { linf, l2, l0, ssim, maskPixels, savedSuccess, checks },
      transfer: row.transfer?.success ?? null,
    });
  }
  const labelled = [...images.values()].filter((correct) => correct !== null);
  const entries = attacks.map((attack) => ({ attack, group: groups.get(attack.name)! }));
  return {
    images: images.size,
    accuracy: shareOf(labelled),
    attacks: entries.map(({ attack, group }) => outcomeOf(attack, group, { seed, transferred, setting })),
    comparisons: compareAll(entries, seed),
    curves: curvesOf(entries),
    warnings: entries.flatMap(({ attack, group }) =>
      counted(group.warnings).map(([warning, count]) => ({ attack: attack.name, warning, count })),
    ),
  };
}

interface Entry {
  readonly attack: RunAttack;
  readonly group: Group;
}

function newGroup(): Group {
  return { attempts: new Map(), excluded: new Map(), warnings: new Map() };
}

function outcomeOf(
  attack: RunAttack,
  { attempts, excluded }: Group,
  {
    seed,
    transferred,
    setting,
  }: { readonly seed: number; readonly transferred: boolean; readonly setting: AttackSetting },
): AttackOutcome {
  const all = [...attempts.values()];
  const successes = all.filter(({ success }) => success);
  const meanOf = (value: (row: Attempt['row']) => number) => mean(all.map(({ row }) => value(row))).value ?? null;
  const judged = (values: readonly (boolean | null)[]) => shareOf(values.filter((value) => value !== null));
  const brokenRule = (rule: keyof AttackOutcome['broken']) =>
    all.filter(({ row }) => row.checks?.[rule] === false).length;
  return {
    attack: attack.name,
    n: all.length,
    success: shareOf(all.map(({ success }) => success)),
    stepsOfSuccesses: estimate(
      successes.map(({ evaluations }) => evaluations),
      seed,
    ),
    stepsOfAll: estimate(
      all.map((attempt) => stepsOf(attempt, attack)),
      seed,
    ),
    saved: judged(successes.map(({ row }) => row.savedSuccess)),
    transfer: transferred ? judged(successes.map(({ transfer }) => transfer)) : null,
    distances: {
      linf: meanOf(({ linf }) => linf),
      l2: meanOf(({ l2 }) => l2),
      l0: meanOf(({ l0 }) => l0),
      ssim: meanOf(({ ssim }) => ssim),
    },
    maskPixels: meanOf(({ maskPixels }) => maskPixels),
    broken: {
      withinEpsilon: brokenRule('withinEpsilon'),
      withinPixels: brokenRule('withinPixels'),
      zeroOutsideMask: brokenRule('zeroOutsideMask'),
      savedWithinEpsilon: brokenRule('savedWithinEpsilon'),
    },
    excluded: counted(excluded).map(([reason, count]) => ({ reason, count })),
    paper: paperAttack(attack, setting),
  };
}

/** A failure counts as all the steps that the attack may take. */
function stepsOf({ success, evaluations }: Attempt, { options }: RunAttack): number {
  const most = options['steps'];
  return success || typeof most !== 'number' ? evaluations : most;
}

function compareAll(entries: readonly Entry[], seed: number): readonly AttackComparison[] {
  const compared = entries.flatMap((first, place) =>
    entries
      .slice(place + 1)
      .filter((second) => areAlike(first.attack, second.attack))
      .map((second) => compare(first, second, seed)),
  );
  const corrected = holm(
    compared.flatMap(({ success, steps }) => [success.pValue ?? undefined, steps.pValue ?? undefined]),
  );
  return compared.map((each, place) => ({
    ...each,
    success: { ...each.success, correctedPValue: corrected[2 * place] ?? null },
    steps: { ...each.steps, correctedPValue: corrected[2 * place + 1] ?? null },
  }));
}

/** Whether two entries differ in their masks alone, and those not in how much they let through; a mask without a fraction goes with each. */
function areAlike(first: RunAttack, second: RunAttack): boolean {
  if (first.attack !== second.attack || JSON.stringify(first.options) !== JSON.stringify(second.options)) return false;
  const [ours, theirs] = [first.mask.fraction, second.mask.fraction];
  return ours === null || theirs === null || ours === theirs;
}

function compare(first: Entry, second: Entry, seed: number): AttackComparison {
  const shared = [...first.group.attempts.keys()].filter((item) => second.group.attempts.has(item));
  const pairs = shared.map((item) => [first.group.attempts.get(item)!, second.group.attempts.get(item)!] as const);
  const onlyFirst = pairs.filter(([ours, theirs]) => ours.success && !theirs.success).length;
  const onlySecond = pairs.filter(([ours, theirs]) => !ours.success && theirs.success).length;
  const n = pairs.length;
  const steps = pairedDifference(
    pairs.map(([ours]) => stepsOf(ours, first.attack)),
    pairs.map(([, theirs]) => stepsOf(theirs, second.attack)),
    { seed },
  );
  return {
    first: first.attack.name,
    second: second.attack.name,
    n,
    success: {
      difference: n === 0 ? null : (onlyFirst - onlySecond) / n,
      ...{ onlyFirst, onlySecond },
      pValue: n === 0 ? null : mcNemarExact(onlyFirst, onlySecond).pValue,
      correctedPValue: null,
    },
    steps: {
      difference: steps.mean ?? null,
      interval: steps.interval ?? null,
      pValue: steps.pValue ?? null,
      correctedPValue: null,
    },
  };
}

/** A curve for each mask along each setting that takes several values while the other stays. */
function curvesOf(entries: readonly Entry[]): readonly SweepCurve[] {
  const curves = new Map<string, { curve: Omit<SweepCurve, 'points'>; points: SweepCurve['points'][number][] }>();
  for (const along of ['fraction', 'epsilon'] as const) {
    for (const { attack, group } of entries) {
      const { fraction } = attack.mask;
      const { epsilon } = attack.budget;
      const [x, at] = along === 'fraction' ? [fraction, epsilon] : [epsilon, fraction];
      if (x === null) continue;
      const others = withoutFraction(attack.mask.options);
      const key = JSON.stringify([along, at, attack.attack, attack.mask.id, others]);
      const mask = nameWithout(attack.mask.id, others, entries);
      const found = curves.get(key) ?? { curve: { mask, along, at }, points: [] };
      curves.set(key, found);
      const success = shareOf([...group.attempts.values()].map((attempt) => attempt.success));
      found.points.push({ x, attack: attack.name, ...success });
    }
  }
  return [...curves.values()]
    .filter(({ points }) => new Set(points.map(({ x }) => x)).size > 1)
    .map(({ curve, points }) => ({ ...curve, points: points.sort((left, right) => left.x - right.x) }));
}

/** The id of a mask, with its other settings where the run has it with several. */
function nameWithout(id: string, others: RunAttack['options'], entries: readonly Entry[]): string {
  const same = entries.filter(({ attack }) => attack.mask.id === id);
  const forms = new Set(same.map(({ attack }) => JSON.stringify(withoutFraction(attack.mask.options))));
  if (forms.size < 2) return id;
  const settings = Object.entries(others).map(([name, value]) => `${name}=${value}`);
  return `${id}:${settings.join(',')}`;
}

function withoutFraction(options: RunAttack['options']): RunAttack['options'] {
  return Object.fromEntries(Object.entries(options).filter(([name]) => name !== 'fraction'));
}

function shareOf(values: readonly boolean[]): Share {
  const { successes, n, share, interval } = wilson(values.filter(Boolean).length, values.length);
  return { count: successes, n, share: share ?? null, interval: interval ?? null };
}

function estimate(values: readonly number[], seed: number): MeanEstimate {
  const { n, mean: centre, interval } = meanInterval(values, { seed });
  return { n, mean: centre ?? null, interval: interval ?? null };
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Most frequent first, so that the order of the rows does not matter. */
function counted(counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
}
