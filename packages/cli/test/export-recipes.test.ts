import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { emptyWorkspace, repository, type Workspace } from './support/workspace.ts';

const page = readFileSync(join(repository, 'docs/how-to/export.md'), 'utf8');
const recipes = Array.from(page.matchAll(/^```python (\S+)\n(.*?)^```$/gms), ([, file, code]) => ({
  file: file!,
  code: code!,
  modules: Array.from(code!.matchAll(/^(?:import|from) (\w+)/gm), ([, module]) => module!),
}));

/** Interpreters that may have the packages of some recipes. */
const interpreters = (process.env['UNDERSTORY_PYTHON'] ?? '').split(delimiter).filter(Boolean);

function pythonWith(modules: readonly string[]): string | undefined {
  const check = `import importlib.util as u, sys; sys.exit(any(u.find_spec(m) is None for m in sys.argv[1:]))`;
  return interpreters.find((python) => spawnSync(python, ['-c', check, ...modules]).status === 0);
}

/** A CPU build of PyTorch lacks two operators that torchvision looks for on import. */
const preamble = `
import importlib.util, runpy, sys
if importlib.util.find_spec("torch"):
    import torch
    stubs = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        stubs.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
runpy.run_path(sys.argv[1], run_name="__main__")
`;

/** Of the picture that each network is made for. */
const inputs: Readonly<Record<string, object>> = {
  'timm-network.py': { layout: 'NCHW', classCount: 1000 },
  'transformers-network.py': { layout: 'NCHW', classCount: 2 },
  'keras-network.py': { layout: 'NHWC', classCount: 10 },
  'tensorflow-network.py': { layout: 'NHWC', classCount: 10 },
};

let workspace: Workspace;
beforeAll(async () => {
  workspace = await emptyWorkspace();
});
afterAll(() => workspace.remove());

describe('docs/how-to/export.md', () => {
  it('has a recipe for each library', () => {
    const files = ['torch-dynamo', 'torch-script', 'timm-network', 'transformers-network', 'keras-network'];
    expect(recipes.map(({ file }) => file)).toEqual(
      [...files, 'tensorflow-network', 'paddle-network'].map((file) => `${file}.py`),
    );
  });

  for (const { file, code, modules } of recipes) {
    const python = pythonWith(modules);
    const test = python === undefined ? it.skip : it;
    test(`${file} writes a network that is opened${python === undefined ? `; no interpreter of UNDERSTORY_PYTHON has ${modules.join(', ')}` : ''}`, async () => {
      const folder = file.replace(/\.py$/, '');
      await workspace.write(`${folder}/${file}`, code);
      await workspace.write('recipe.py', preamble);
      const cwd = join(workspace.folder, folder);
      mkdirSync(cwd, { recursive: true });
      const env = { ...process.env, HF_HUB_OFFLINE: '1', TF_CPP_MIN_LOG_LEVEL: '3' };
      const { status, stderr } = spawnSync(python!, ['../recipe.py', file], { cwd, env, encoding: 'utf8' });
      expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
      const written = readdirSync(cwd, { recursive: true, encoding: 'utf8' }).find((name) =>
        name.endsWith('model.onnx'),
      );
      const { stdout } = await workspace.cli(['inspect', join(folder, written!), '--json']);
      expect(JSON.parse(stdout).classifier).toMatchObject(inputs[file] ?? { layout: 'NCHW', classCount: 10 });
    }, 300_000);
  }
});
