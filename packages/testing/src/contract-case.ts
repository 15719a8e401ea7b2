/** One promise of a contract, for whatever test runner: `for (const { name, run, timeout, skip } of cases) (skip ? it.skip : it)(name, run, timeout)`. */
export interface ContractCase {
  readonly name: string;
  /** The milliseconds that a test runner should give it. */
  readonly timeout: number;
  /** Why it does not apply to this subject, by what the subject declares: a runner should show it as skipped. */
  readonly skip?: string;
  /** Rejects with an Error that shows what was expected and found where the promise is broken. */
  run(): Promise<void>;
}

export interface ContractTime {
  /** The milliseconds that a test runner should give each case; 60,000 by default, for machines that are busy. */
  readonly timeout?: number;
}

/** Cases with the time that their subject gives them. */
export function timed(
  { timeout = 60_000 }: ContractTime,
  cases: readonly Omit<ContractCase, 'timeout'>[],
): readonly ContractCase[] {
  return cases.map((of) => ({ ...of, timeout }));
}
