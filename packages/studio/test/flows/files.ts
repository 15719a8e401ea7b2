import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { both, type Flow } from './flow.ts';
import type { Visit } from './visit.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const zoo = here('../../../zoo/models/');
const samples = here('../../../cli/samples/');

const add = ({ page }: Visit) => page.getByLabel('Add pictures or a model');

/** Reads the model that is open with another backend or on another device. */
async function computedBy({ page }: Visit, engine: string, runsOn: string): Promise<void> {
  await page.getByText('Read otherwise').click();
  await page.getByLabel('Computed by').selectOption(engine);
  await page.getByRole('button', { name: 'Read it so' }).click();
  await runs(page, runsOn);
}

async function asItWasFound({ page }: Visit, runsOn: string): Promise<void> {
  await page.getByText('Read otherwise').click();
  await page.getByRole('button', { name: 'As it was found' }).click();
  await runs(page, runsOn);
}

/** Waits until the model that is open runs on something, which is said where settings are folded away. */
function runs(page: Visit['page'], on: string): Promise<void> {
  return page.locator('.facts', { hasText: on }).waitFor({ state: 'attached' });
}

/** What is dropped, what it is recognised as, and what computes it. */
export const files: readonly Flow[] = [
  {
    name: 'takes dropped pictures, models and folders, says what they are, and lets that be corrected',
    modes: both,
    async run(visit) {
      const { page } = visit;
      await visit.tool('look');
      const recognised = (task: string) => page.locator('.recognised', { hasText: task }).waitFor();
      await add(visit).setInputFiles([join(samples, 'coffee.png'), join(zoo, 'orchard-segmenter/onnx/model.onnx')]);
      await recognised('image-segmentation');
      const open = page.locator('select[aria-label=Model]');
      assert.equal(await open.inputValue(), 'model.onnx');
      assert.match((await page.locator('.thumb[aria-pressed=true]').textContent()) ?? '', /coffee\.png/);
      await page.getByText('Read otherwise').click();
      await page.getByLabel('Task', { exact: true }).selectOption('object-detection');
      await visit.press('Read it so');
      const problem = page.getByRole('alert').first();
      await problem.waitFor();
      assert.match((await problem.textContent()) ?? '', /SUBJECT_UNKNOWN.*Next/);
      await page.getByText('The network could not be read').waitFor();
      await visit.isFit();
      await visit.press('As it was found');
      await recognised('image-segmentation');
      await add(visit).setInputFiles([here('files.ts')]);
      await page.getByText('FILE_NOT_OPENED').waitFor();
      await page.getByLabel('Add a folder').setInputFiles(join(zoo, 'orchard-detector'));
      await recognised('object-detection');
      assert.equal(await open.inputValue(), 'orchard-detector');
      await visit.isExplained();
      // Dropped into the window as it would be from a folder of the machine.
      const bytes = readFileSync(join(samples, 'rocket.jpg')).toString('base64');
      const dropped = await page.evaluateHandle((content) => {
        const data = new DataTransfer();
        const levels = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
        data.items.add(new File([levels], 'dropped.jpg', { type: 'image/jpeg' }));
        return data;
      }, bytes);
      await page.dispatchEvent('body', 'dragover', { dataTransfer: dropped });
      await page.getByText('Drop pictures, an .onnx file').waitFor();
      await page.dispatchEvent('body', 'drop', { dataTransfer: dropped });
      await page.locator('.thumb[aria-pressed=true]', { hasText: 'dropped.jpg' }).waitFor();
      await visit.isExplained();
      return undefined;
    },
  },
  {
    name: 'opens a TensorFlow.js model with its weights',
    modes: both,
    async run(visit) {
      const { page } = visit;
      const tfjs = (name: string) => join(zoo, 'cifar10-resnet/tfjs', name);
      const given = [tfjs('model.json'), tfjs('group1-shard1of1.bin'), join(samples, 'chelsea.png')];
      await visit.tool('look');
      await add(visit).setInputFiles(given);
      await page.locator('.recognised', { hasText: 'Sees 32 × 32 pixels' }).waitFor();
      await visit.says('stage3.1.relu2 (4 × 4)');
      assert.match((await page.locator('.facts').textContent()) ?? '', /tfjs, /);
      return undefined;
    },
  },
  {
    name: 'keeps models until they are forgotten',
    modes: ['static'],
    async run(visit) {
      const { page } = visit;
      await visit.tool('look');
      await add(visit).setInputFiles([join(zoo, 'orchard-segmenter/onnx/model.onnx'), join(samples, 'chelsea.png')]);
      await page.locator('.recognised', { hasText: 'image-segmentation' }).waitFor();
      await visit.says('gradcam');
      const shown = await page.locator('.caption').first().textContent();
      await page.reload();
      await visit.says('gradcam, tiger cat');
      await page.getByText(/^Kept in this browser/).click();
      await visit.isFit();
      await visit.press('Open model.onnx');
      await page.locator('.recognised', { hasText: 'image-segmentation' }).waitFor();
      await visit.says('gradcam');
      await page.locator('.thumb', { hasText: 'chelsea.png' }).click();
      await visit.says(shown ?? '');
      await visit.press('Forget model.onnx');
      await page.getByRole('button', { name: 'Forget model.onnx' }).waitFor({ state: 'detached' });
      return undefined;
    },
  },
  {
    name: 'has an ONNX file computed by TensorFlow.js, with the same answer',
    modes: both,
    async run(visit) {
      const { page } = visit;
      // Of others there is a model.json too, which a server finds for TensorFlow.js.
      await visit.model('orchard-segmenter');
      await visit.picture('orchard-1.png');
      const shown = await page.locator('.caption').first().textContent();
      await computedBy(visit, visit.mode === 'static' ? 'tfjs on wasm' : 'tfjs', 'tfjs, ');
      await visit.says(shown ?? '');
      await page.getByText('TensorFlow.js computes the operators of ONNX').waitFor();
      assert.match(await visit.command(), /--backend tfjs/);
      await asItWasFound(visit, 'onnx, ');
      return undefined;
    },
  },
  {
    name: 'computes on a graphics processor where it is told to, and in WebAssembly, saying so, where there is none',
    modes: ['static'],
    async run(visit) {
      const { page } = visit;
      await visit.model('cifar10-resnet');
      await visit.picture('chelsea.png');
      const shown = await page.locator('.caption').first().textContent();
      const hasOne = await page.evaluate(
        async () =>
          (await (navigator as { gpu?: { requestAdapter(): Promise<unknown> } }).gpu
            ?.requestAdapter()
            .catch(() => null)) != null,
      );
      await computedBy(visit, 'onnx on webgpu', hasOne ? 'onnx, webgpu' : 'onnx, wasm');
      await visit.says(shown ?? '');
      assert.equal(await page.locator('.notes', { hasText: 'webgpu was tried first' }).count(), hasOne ? 0 : 1);
      await asItWasFound(visit, 'onnx, wasm');
      // That there is none is what was asked.
      visit.complaints.splice(0, Infinity, ...visit.complaints.filter((text) => !/No available adapters/.test(text)));
      return hasOne ? 'on a graphics processor, or what imitates one' : 'without a graphics processor';
    },
  },
];
