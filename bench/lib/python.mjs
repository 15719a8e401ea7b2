import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The Python that holds PyTorch: $UNDERSTORY_PYTHON, or the one of .venv; undefined where there is none. */
export function python() {
  const candidates = [process.env.UNDERSTORY_PYTHON, `${root}.venv/bin/python`].filter(Boolean);
  return candidates.find((path) => existsSync(path));
}

export const howToInstall =
  'PyTorch is the peer of this benchmark: python3 -m venv .venv && .venv/bin/pip install -r tools/requirements.txt (or name a Python in $UNDERSTORY_PYTHON)';

/** Runs a script of tools/ to its end. */
export function runTool(script, args) {
  const { status, stderr } = spawnSync(python(), [`${root}tools/${script}`, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${script} failed:\n${stderr}`);
}

/** A script of tools/ in Python as a process that answers one request at a time. */
export class Peer {
  constructor(path, script, threads) {
    this.process = spawn(path, [`${root}tools/${script}`, '--threads', String(threads)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  async request(message) {
    this.process.stdin.write(`${JSON.stringify(message)}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error('the PyTorch process ended');
    const reply = JSON.parse(value);
    if (reply.error) throw new Error(reply.error);
    return reply;
  }

  close() {
    this.process.stdin.end();
  }
}

/** PyTorch alone. */
export class TorchPeer extends Peer {
  constructor(threads) {
    super(python(), 'bench/torch_peer.py', threads);
  }
}
