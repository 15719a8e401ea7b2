import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { Referee } from './referee.mjs';
import { runCase } from './run-case.mjs';

const target = fileURLToPath(new URL('planted-faults.mjs', import.meta.url));

/** What the planted program does, and what has to be said of it; nothing where it behaves. */
const faults = {
  behaves: undefined,
  refuses: undefined,
  throws: /nobody caught/,
  rejectsLater: /nobody handled/,
  failsItself: /failed itself/,
  leavesRejection: /leaves a rejection/,
  failsAsPlugin: /plugin of its own/,
  hidesFailure: /of its own/,
  wrongCode: /exit code is 3/,
  saysNothing: /without an error that has a code/,
  errorsAndSucceeds: /exit code 0 with errors/,
  stack: /stack trace/,
  twoDocuments: /not one JSON document/,
  noDocument: /no JSON document/,
  textAmongJson: /no JSON of an error/,
  printsBeside: /past the results/,
  spins: /processor time|did not end/,
  waits: /waits for nothing/,
  exits: /died/,
  crashes: /died/,
  hoards: /MiB|died/,
  writesOutside: /outside of/,
  changesInput: /outside of/,
  leavesTemporary: /left behind/,
  leavesUnfinished: /left behind/,
  halfAPicture: /no whole PNG/,
  notANumber: /finite numbers/,
  halfALine: /within a line/,
  brokenJson: /is not JSON/,
};

/** Runs a program with planted faults under the referee: whether each is found, and nothing where there is none. */
export async function selfTest(folder) {
  const referee = new Referee({ seconds: 2, megabytes: 256, target });
  let missed = 0;
  try {
    for (const [fault, expected] of Object.entries(faults)) {
      const planted = { files: { 'input.txt': 'as it was' }, steps: [{ argv: [fault, '--json', '--quiet'] }] };
      const { problems } = await runCase(planted, join(folder, 'self-test'), referee);
      const found = problems.slice(1).join('; ');
      if (expected === undefined ? found === '' : expected.test(found)) continue;
      missed += 1;
      console.log(`FAIL self-test ${fault}: ${found === '' ? 'nothing was found' : found}`);
    }
  } finally {
    await referee.close();
  }
  console.error(
    `self-test: ${Object.keys(faults).length - missed} of ${Object.keys(faults).length} planted faults told right`,
  );
  return missed === 0;
}
