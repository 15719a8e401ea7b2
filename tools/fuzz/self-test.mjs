import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { Referee } from './referee.mjs';
import { hasFlag } from './oracle.mjs';
import { runCase } from './run-case.mjs';
import { judgeSlope } from './slope.mjs';

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

/** Functions along a direction: their slope where they are smooth about 0, and what is to be said of a right and of a wrong one. */
const lines = {
  smooth: { at: (t) => Math.sin(3 * t) + 1, slope: 3, isJudged: true },
  // Differences over more than 0.003 say 2.5, twice.
  kinkNearby: { at: (t) => 2 * t + Math.max(0, t - 0.0012), slope: 2, isJudged: true },
  kinkHere: { at: (t) => 2 * t + Math.max(0, t - 1e-6), slope: 2, isJudged: false },
  poleNearby: { at: (t) => 1e-4 / (t - 1e-4), slope: -1e4, isJudged: false },
};

/** Whether slopes are judged right, also the wrong ones: twice as steep, less steep, turned around. */
async function slopesAreJudged() {
  let isRight = true;
  for (const [line, { at, slope, isJudged }] of Object.entries(lines)) {
    for (const factor of [1, 2, 0.8, -1]) {
      const given = { slope: factor * slope, length: Math.abs(factor * slope), size: 1 };
      const found = await judgeSlope({ ...given, valueAt: async (step) => Math.fround(at(step)) });
      if (found.isJudged === isJudged && (found.problem !== undefined) === (isJudged && factor !== 1)) continue;
      isRight = false;
      console.log(`FAIL self-test slope ${line} times ${factor}: ${JSON.stringify(found)}`);
    }
  }
  return isRight;
}

/** Command lines, and whether `--json` is a flag in them. */
const commandLines = [
  [['explain', '--json'], true],
  [['explain', '--device', '--json'], false],
  [['explain', '--device=cpu', '--json'], true],
  [['explain', '--npy', '--json'], true],
  [['explain', '--size', '--device', '--json'], true],
  [['explain', '--', '--json'], false],
];

function flagsAreRead() {
  const wrong = commandLines.filter(([argv, expected]) => hasFlag(argv, '--json') !== expected);
  for (const [argv] of wrong) console.log(`FAIL self-test flag: ${argv.join(' ')}`);
  return wrong.length === 0;
}

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
  return [missed === 0, await slopesAreJudged(), flagsAreRead()].every(Boolean);
}
