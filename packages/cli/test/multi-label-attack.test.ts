import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodePng } from '@understory/imaging/sharp';
import { rgbImage } from '@understory/imaging';
import { Node } from '@understory/onnx-autodiff';
import { onnxModel } from './support/onnx-model.ts';
import { emptyWorkspace, type Workspace } from './support/workspace.ts';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await emptyWorkspace();
  await workspace.write('grey.png', await encodePng(rgbImage(new Uint8Array(3 * 64).fill(100), 8, 8)));
  // Each logit is the mean of a channel; no sigmoid closes the graph.
  const nodes = [Node.of('GlobalAveragePool', ['x'], ['p']), Node.of('Flatten', ['p'], ['y'])];
  await workspace.write('model/model.onnx', onnxModel({ input: ['N', 3, 8, 8], output: ['N', 3], nodes }));
  const id2label = { 0: 'red', 1: 'green', 2: 'blue' };
  await workspace.write('model/config.json', JSON.stringify({ problem_type: 'multi_label_classification', id2label }));
  const plain = { do_resize: true, size: { height: 8, width: 8 }, do_normalize: false };
  await workspace.write('model/preprocessor_config.json', JSON.stringify(plain));
});
afterAll(() => workspace.remove());

describe('the attack on a network of several labels without a sigmoid in its graph', () => {
  it('raises the probability of one label, which is the sigmoid of its logit', async () => {
    const { code, stdout, stderr } = await workspace.cli([
      ...[
        'attack',
        'pgd:steps=4,stop=never,lastLook=true,epsilon=12/255',
        'grey.png',
        '--model',
        'model',
        '--target',
        'blue',
      ],
      ...['--threshold', '0.42', '--mask', 'all', '--out', 'attacked', '--json', '--quiet'],
    ]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const [row] = JSON.parse(stdout).images as readonly Row[];
    const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));
    expect(row!.value.original).toBeCloseTo(100 / 255, 5);
    const { adversarial } = row!.value;
    expect(adversarial).toBeGreaterThan(0.42);
    expect(adversarial).toBeLessThan(112.01 / 255);
    expect(row!.targetProbability).toBeCloseTo(sigmoid(adversarial), 5);
    expect(row!.success).toBe(true);
  });
});

interface Row {
  readonly success: boolean;
  readonly targetProbability: number;
  readonly value: { readonly original: number; readonly adversarial: number };
}
