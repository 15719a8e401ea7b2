import { run } from '@understory/cli';

/** Runs `understory evaluate` with these arguments in a process of its own and prints what it took as one line of JSON. */
const quiet = { write: () => true, isTTY: false };
const code = await run(['evaluate', ...process.argv.slice(2), '--quiet', '--json'], {
  stdout: quiet,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  signal: new AbortController().signal,
  runtime: `node ${process.versions.node} on ${process.platform} ${process.arch}`,
});
const { user, system } = process.cpuUsage();
console.log(
  JSON.stringify({
    code,
    peak: process.resourceUsage().maxRSS * 1024,
    seconds: performance.now() / 1000,
    processor: (user + system) / 1e6,
  }),
);
