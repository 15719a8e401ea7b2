// Holds the messages of new commits against Conventional Commits, from which versions and change logs are made.
// usage: node tools/workspace/check-commits.mjs [REVISION, after which commits are new]
import { execFileSync, spawnSync } from 'node:child_process';

/** The last commit from before messages were checked. */
const before = 'bf58e2f9173084dfd06a6da515b61f994cbff458';

const since = process.argv[2] ?? before;
const known = spawnSync('git', ['merge-base', '--is-ancestor', since, 'HEAD'], { encoding: 'utf8' });
if (known.status !== 0) {
  console.error(`commits: skipped, because this clone does not reach back to ${since}.`);
} else {
  const count = execFileSync('git', ['rev-list', '--count', '--no-merges', `${since}..HEAD`], {
    encoding: 'utf8',
  }).trim();
  const { status } = spawnSync('npx', ['--no-install', 'commitlint', '--from', since, '--to', 'HEAD'], {
    stdio: 'inherit',
  });
  if (status === 0) console.log(`commits: ${count} new commits follow the convention`);
  process.exitCode = status ?? 1;
}
