import { fork, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { forgetPeak, peakBytes, processorTime, residentBytes } from './processes.mjs';

const workerFile = fileURLToPath(new URL('worker.mjs', import.meta.url));
const bin = join(root, 'packages/cli/bin/understory.js');

/** A worker is replaced after so many commands, so that what one leaves behind cannot pile up. */
const commandsPerWorker = 150;
const megabyte = 2 ** 20;
const watchEvery = 100;
/** Of the time on the clock, in which other programs have their turns and a command may wait, for each second of processor time. */
const patience = 6;
const mostText = 4 * megabyte;

/**
 * Runs commands in another process and watches them: each within `seconds` of processor time and `megabytes` of memory beyond what
 * the process held before.
 */
export class Referee {
  #worker;
  #limits;
  #environment;

  constructor({ seconds, megabytes, target }) {
    this.#limits = { seconds, megabytes };
    this.#environment = { ...process.env, ...(target && { UNDERSTORY_FUZZ_TARGET: target }) };
  }

  /** Runs one command line in a folder: its exit code and output, or how it ended instead. */
  async run({ argv, folder, env, through = 'worker' }) {
    return through === 'bin' ? this.#runProgram({ argv, folder, env }) : this.#runInWorker({ argv, folder, env });
  }

  async #runProgram({ argv, folder, env }) {
    const program = spawn(process.execPath, [this.#heapLimit(), bin, ...argv], {
      ...{ cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
      env: { ...this.#environment, ...env },
    });
    const output = collected(program);
    const ended = new Promise((resolve) =>
      program.on('close', (code, signal) =>
        resolve({ ...(signal ? { killedBy: signal } : { code }), ...output.take() }),
      ),
    );
    return this.#watched(program, ended, 0);
  }

  async #runInWorker(command) {
    const { process: worker, output } = await this.#readyWorker();
    forgetPeak(worker.pid);
    output.take();
    const ended = new Promise((resolve) => {
      const onMessage = (message) => {
        worker.off('close', onClose);
        const { stdout, stderr } = output.take();
        resolve({ ...message, beside: { stdout, stderr } });
      };
      const onClose = (code, signal) => {
        worker.off('message', onMessage);
        resolve({ died: signal ?? `exit code ${code}`, ...output.take() });
      };
      worker.once('message', onMessage).once('close', onClose);
    });
    worker.send(command);
    const outcome = await this.#watched(worker, ended, residentBytes(worker.pid) ?? 0);
    this.#worker.commands += 1;
    const isSpent = this.#worker.commands >= commandsPerWorker || outcome.code === undefined;
    if (isSpent || (residentBytes(worker.pid) ?? 0) > this.#limits.megabytes * megabyte) await this.close();
    return outcome;
  }

  /** What `ended` gives, or which limit the process was killed at. */
  async #watched(child, ended, memoryBefore) {
    const { seconds, megabytes } = this.#limits;
    const started = performance.now();
    const processorBefore = processorTime(child.pid) ?? 0;
    let broken;
    const timer = setInterval(() => {
      const spent = (processorTime(child.pid) ?? 0) - processorBefore;
      const waited = (performance.now() - started) / 1000;
      const held = ((residentBytes(child.pid) ?? 0) - memoryBefore) / megabyte;
      if (spent > seconds) broken = `took more than ${seconds} s of processor time`;
      else if (waited > patience * seconds) broken = `did not end within ${patience * seconds} s`;
      else if (held > megabytes) broken = `held more than ${megabytes} MiB`;
      if (broken) child.kill('SIGKILL');
    }, watchEvery);
    const outcome = await ended;
    clearInterval(timer);
    const peak = child.exitCode === null ? ((peakBytes(child.pid) ?? 0) - memoryBefore) / megabyte : undefined;
    if (broken === undefined && peak > megabytes) broken = `held ${Math.round(peak)} MiB, more than ${megabytes}`;
    return { ...outcome, ...(broken && { broken }), seconds: (performance.now() - started) / 1000, peak };
  }

  async #readyWorker() {
    if (
      this.#worker === undefined ||
      this.#worker.process.exitCode !== null ||
      this.#worker.process.signalCode !== null
    ) {
      const worker = fork(workerFile, [], {
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        execArgv: [this.#heapLimit()],
        env: this.#environment,
      });
      this.#worker = { process: worker, output: collected(worker), commands: 0 };
      await new Promise((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('close', (code) =>
          reject(new Error(`The worker does not start (exit code ${code}): ${this.#worker?.output.take().stderr}`)),
        );
      });
      worker.removeAllListeners('close');
    }
    return this.#worker;
  }

  #heapLimit() {
    return `--max-old-space-size=${this.#limits.megabytes}`;
  }

  /** Ends the worker; the next command starts another. */
  async close() {
    const worker = this.#worker?.process;
    this.#worker = undefined;
    if (worker === undefined || worker.exitCode !== null || worker.signalCode !== null) return;
    const closed = new Promise((resolve) => worker.once('close', resolve));
    worker.kill('SIGKILL');
    await closed;
  }
}

/** What a process writes, up to a limit; `take` gives it and begins again. */
function collected(child) {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      if (texts[name].length < mostText) texts[name] += text;
    });
  }
  return {
    take() {
      const taken = { ...texts };
      texts.stdout = '';
      texts.stderr = '';
      return taken;
    },
  };
}
