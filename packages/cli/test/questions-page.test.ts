import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { orchardScene, render } from '@understory/datasets/orchard';
import { encodePng } from '@understory/imaging/sharp';
import { emptyWorkspace, repository, type Workspace } from './support/workspace.ts';

jest.setTimeout(120_000);

let workspace: Workspace;
let commands: readonly (readonly string[])[];
beforeAll(async () => {
  workspace = await emptyWorkspace();
  const scenes = Array.from({ length: 200 }, (_, at) => orchardScene(5, at));
  const isOfApples = ({ axis, objects }: (typeof scenes)[number]) =>
    axis === 'horizontal' && objects.every(({ kind }) => kind === 'apple');
  await workspace.write('scene.png', await encodePng(render(scenes.find(isOfApples)!)));
  const page = await readFile(join(repository, 'docs/how-to/questions.md'), 'utf8');
  const lines = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block]) => block!.trim().split('\n'));
  commands = lines.map((line) =>
    Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, word]) => quoted ?? word!).slice(2),
  );
});
afterAll(() => workspace.remove());

describe('docs/how-to/questions.md', () => {
  it('has commands that explain answers, boxes and phrases of a scene', async () => {
    const explained = commands.filter((argv) => argv[0] === 'explain' && argv.includes('orchard-mdetr-sighted'));
    expect(explained).toHaveLength(3);
    const targets: string[] = [];
    for (const argv of explained) {
      const { code, stdout, stderr } = await workspace.cli([...argv, '--json', '--quiet', '--out', 'out']);
      expect([code, stderr]).toEqual([0, '']);
      const { images } = JSON.parse(stdout) as {
        images: readonly { maps: readonly { target: string }[]; answer: { decision: string } }[];
      };
      expect(images[0]!.answer.decision).toBe('red');
      targets.push(images[0]!.maps.map(({ target }) => target).join(' '));
    }
    expect(targets[0]).toBe('top1');
    expect(targets[1]).toBe('answer_attr_green');
    expect(targets[2]).toMatch(/^boxes-box_0 .*phrase_left_apple$/);
    expect(await readdir(join(workspace.folder, 'out'))).toContain('scene.boxes.png');
  });

  it('has commands that the program takes, each a study', async () => {
    const studies = commands.filter(([command]) => command !== 'report');
    expect(studies.map(([command]) => command)).toEqual([...Array(4).fill('explain'), ...Array(4).fill('probe')]);
    for (const argv of studies) {
      const { code, stdout, stderr } = await workspace.cli([...argv, '--print-spec']);
      expect([code, stderr]).toEqual([0, '']);
      await workspace.write('spec.json', stdout);
      expect((await workspace.cli(['run', 'spec.json', '--print-spec'])).stdout).toBe(stdout);
    }
  });
});
