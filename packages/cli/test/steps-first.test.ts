import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rgbImage } from '@understory/imaging';
import { encodePng } from '@understory/imaging/sharp';
import { Node } from '@understory/onnx-autodiff';
import { onnxModel } from './support/onnx-model.ts';
import { emptyWorkspace, type Workspace } from './support/workspace.ts';

jest.setTimeout(60_000);

const [height, width] = [2, 12];
/** Red is the blank, so that the text is `gb`. */
const columns = [0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0];

let workspace: Workspace;
beforeAll(async () => {
  workspace = await emptyWorkspace();
  const pixels = Array.from({ length: height }, () =>
    columns.map((channel) => [0, 1, 2].map((at) => Number(at === channel))),
  );
  const data = Uint8Array.from(pixels.flat(2), (value) => 255 * value);
  await workspace.write('line.png', await encodePng(rgbImage(data, width, height)));
  await workspace.write('again/second.png', await encodePng(rgbImage(data, width, height)));
  await workspace.write('letters.txt', '<blank>\ng\nb\n');
  // The mean colour of each column, a step a column, and then the batch: `[T, N, C]`.
  const nodes = [
    Node.of('Relu', ['x'], ['map']),
    Node.of('ReduceMean', ['map'], ['steps'], { axes: [2], keepdims: 0 }),
    Node.of('Transpose', ['steps'], ['y'], { perm: [2, 0, 1] }),
  ];
  for (const batch of ['N', 1]) {
    const sizes = { input: [batch, 3, height, width], output: [width, batch, 3] };
    await workspace.write(`reader-${batch}.onnx`, onnxModel({ ...sizes, nodes }));
    const said = [...nodes.slice(0, -1), Node.of('Transpose', ['steps'], ['z'], { perm: [2, 0, 1] })];
    const closing = Node.of('LogSoftmax', ['z'], ['y'], { axis: 2 });
    await workspace.write(`closed-${batch}.onnx`, onnxModel({ ...sizes, nodes: [...said, closing] }));
  }
});
afterAll(() => workspace.remove());

const reader = ['--task', 'text-recognition', '--labels', 'letters.txt', '--mean', '0,0,0', '--std', '1,1,1'];

/** The values of a map in reading order. */
async function mapIn(path: string): Promise<readonly number[]> {
  const bytes = await readFile(join(workspace.folder, path));
  const start = 10 + bytes.readUInt16LE(8);
  return Array.from({ length: (bytes.length - start) / 4 }, (_, at) => bytes.readFloatLE(start + 4 * at));
}

describe.each(['reader-N', 'reader-1', 'closed-N', 'closed-1'])(
  'a reader whose steps stand before the batch (%s)',
  (name) => {
    it.each(['onnx', 'tfjs'])('has its characters explained on %s', async (backend) => {
      const { code, stdout, stderr } = await workspace.cli([
        ...[
          'explain',
          'line.png',
          'again',
          '--model',
          `${name}.onnx`,
          ...reader,
          '--target',
          'char:1',
          '--json',
          '--npy',
        ],
        ...['--explainer', 'saliency,occlusion', '--backend', backend, '--out', `${name}-${backend}`],
      ]);
      expect([code, stderr.includes('error')]).toEqual([0, false]);
      for (const { answer, maps } of JSON.parse(stdout).images) {
        expect(answer.decision).toBe('gb');
        // The score is what a closing softmax reads: blue is 1 in the eighth column.
        expect(maps.map(({ explained }: { explained: { value: number } }) => explained.value)).toEqual([1, 1]);
      }
      const hot = (value: number) =>
        Array.from({ length: height }, () => columns.map((channel) => (channel === 2 ? value : 0)));
      const saliency = await mapIn(`${name}-${backend}/line.saliency.char_1.npy`);
      for (const [at, value] of saliency.entries()) expect(value).toBeCloseTo(hot(1 / height).flat()[at]!, 6);
    });

    it('can be attacked', async () => {
      const { code } = await workspace.cli([
        ...[
          'attack',
          'pgd:epsilon=1',
          'line.png',
          '--model',
          `${name}.onnx`,
          ...reader,
          '--target=-char:1',
          '--no-control',
        ],
        ...['--out', `${name}-attacked`],
      ]);
      expect(code).toBe(0);
      const [line] = String(await readFile(join(workspace.folder, `${name}-attacked`, 'rows.jsonl'))).split('\n');
      expect(JSON.parse(line!).rows[0]).toMatchObject({ originalLabel: 'gb', success: true });
    });
  },
);
