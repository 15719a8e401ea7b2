/** One promise of a contract, for whatever test runner: `for (const { name, run } of cases) test(name, run)`. */
export interface ContractCase {
  readonly name: string;
  /** Rejects with an Error that shows what was expected and found where the promise is broken. */
  run(): Promise<void>;
}
