import { spawnSync } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emptyWorkspace, repository, type Workspace } from './support/workspace.ts';

const check = 'import onnx, onnxruntime, onnxscript, tokenizers, torch, transformers';
const python = (process.env['UNDERSTORY_PYTHON'] ?? '')
  .split(delimiter)
  .find((each) => each !== '' && spawnSync(each, ['-c', check]).status === 0);
const test = python === undefined ? it.skip : it;
const because = python === undefined ? '; no interpreter of UNDERSTORY_PYTHON has PyTorch and what else it takes' : '';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await emptyWorkspace();
  await copyFile(join(repository, 'fixtures/images/coffee.png'), join(workspace.folder, 'coffee.png'));
});
afterAll(() => workspace.remove());

describe('tools/export/clip.py', () => {
  test.each([
    ['resnet', 'immich', 'torchscript', 'model'],
    ['resnet', 'one-graph', 'dynamo', 'model'],
    ['vit', 'transformers', 'dynamo', 'model'],
    ['siglip', 'qdrant', 'torchscript', 'model-vision'],
  ])(
    `writes a small %s in the layout %s by %s, which is explained${because}`,
    async (network, layout, exporter, folder) => {
      const out = join(workspace.folder, layout, 'model');
      const options = ['--random', network, '--size', 'tiny', '--layout', layout, '--exporter', exporter, '--out', out];
      const { status, stderr } = spawnSync(python!, [join(repository, 'tools/export/clip.py'), ...options], {
        encoding: 'utf8',
      });
      expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
      const captions = ['the left apple is red', 'the right apple is red'];
      const argv = ['explain', 'coffee.png', '--model', join(layout, folder), '--text', ...captions, '--json'];
      const explained = await workspace.cli([...argv, '--out', join('out', layout)]);
      expect(explained).toMatchObject({ code: 0 });
      const { images } = JSON.parse(explained.stdout) as {
        readonly images: readonly {
          readonly maps: readonly { readonly range: readonly [low: number, high: number] }[];
        }[];
      };
      expect(images[0]!.maps).toHaveLength(2);
      for (const { range } of images[0]!.maps) expect(range[1]).toBeGreaterThan(range[0]);
      // The scale is in the graph, or in the configuration that the tool wrote beside it.
      expect(explained.stderr).not.toContain('nothing says');
    },
    300_000,
  );
});
