import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

function firstThatExists(...paths) {
  return paths.find((path) => path && existsSync(path));
}

export const torchPython = firstThatExists(process.env.UNDERSTORY_PYTHON, `${root}.venv/bin/python`);
const kerasPython = firstThatExists(process.env.UNDERSTORY_KERAS_PYTHON, `${root}.venv-keras/bin/python`);
const paddlePython = firstThatExists(process.env.UNDERSTORY_PADDLE_PYTHON, `${root}.venv-paddle/bin/python`);

/** What exports networks: a script and the Python that has its libraries, undefined where there is none. */
const exporters = [
  {
    script: `${here}export.py`,
    python: torchPython,
    install:
      'python3 -m venv .venv && .venv/bin/pip install -r tools/requirements.txt (or name a Python in $UNDERSTORY_PYTHON)',
  },
  {
    script: `${here}export_keras.py`,
    library: 'Keras',
    python: kerasPython,
    install:
      'python3 -m venv .venv-keras && .venv-keras/bin/pip install -r tools/conformance/requirements-keras.txt (or name a Python in $UNDERSTORY_KERAS_PYTHON)',
  },
  {
    script: `${here}export_paddle.py`,
    library: 'Paddle',
    python: paddlePython,
    install:
      'python3 -m venv .venv-paddle && .venv-paddle/bin/pip install -r tools/conformance/requirements-paddle.txt (or name a Python in $UNDERSTORY_PADDLE_PYTHON)',
  },
];

/** The names of the cases by exporter, undefined where PyTorch is missing; says on stderr what is left out. */
export function listCases(everything) {
  if (!torchPython) {
    console.error(`PyTorch is what the run compares with: ${exporters[0].install}`);
    return undefined;
  }
  return exporters.flatMap((exporter) => {
    if (!exporter.python) {
      console.error(`${exporter.library} is left out: ${exporter.install}`);
      return [];
    }
    const { status, stdout, stderr } = spawnSync(
      exporter.python,
      [exporter.script, '--list', ...(everything ? ['--all'] : [])],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`${exporter.script} failed:\n${stderr}`);
    return [{ exporter, ids: JSON.parse(stdout) }];
  });
}

/** The exporter's replies as they come. */
export async function* exported({ python, script }, ids, threads) {
  const child = spawn(python, [script, '--threads', String(threads), ...ids], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr = (stderr + chunk).slice(-4000)));
  const waiting = new Set(ids);
  for await (const line of createInterface({ input: child.stdout })) {
    const reply = JSON.parse(line);
    waiting.delete(reply.id);
    yield reply;
  }
  for (const id of waiting) yield { id, error: `the exporter ended: ${stderr.trim().split('\n').at(-1)}` };
}
