import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';

/** Where the engine of the page is: in a worker of it, or in the server that it came from. */
export type Mode = 'static' | 'served';

export interface View {
  readonly isDark: boolean;
  readonly width: 390 | 1440;
}

/** A page that is open, and what a person does there. */
export class Visit {
  readonly page: Page;
  readonly mode: Mode;
  /** Every address that it asked for, and all that it complained of. */
  readonly asked: string[] = [];
  readonly complaints: string[] = [];
  view: View = { isDark: false, width: 1440 };

  constructor(page: Page, mode: Mode) {
    const { asked, complaints } = this;
    this.page = page;
    this.mode = mode;
    page.setDefaultTimeout(60_000);
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
  }

  /** Looks at the page on a screen of another width, in another scheme of colours. */
  async look({ isDark, width }: View): Promise<void> {
    this.view = { isDark, width };
    await this.page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
    await this.page.emulateMedia({ colorScheme: isDark ? 'dark' : 'light', reducedMotion: 'reduce' });
    await this.page.evaluate(() => delete document.documentElement.dataset['theme']);
  }

  async tool(name: string): Promise<void> {
    await this.page.locator(`#tab-${name}`).click();
  }

  /** Opens a model by its name, unless it is open, and waits for its first map. */
  async model(name: string): Promise<void> {
    await this.tool('look');
    const list = this.page.locator('select[aria-label=Model]');
    if ((await list.inputValue()) !== name) await list.selectOption(name);
    await this.isExplained();
  }

  async picture(name: string): Promise<void> {
    const thumb = this.page.locator('.thumb', { hasText: name }).first();
    if ((await thumb.getAttribute('aria-pressed')) !== 'true') await thumb.click();
    await this.isExplained();
  }

  /** Waits until a map is there and nothing else is on its way to be shown. */
  async isExplained(): Promise<void> {
    await this.page.waitForFunction(
      () =>
        document.querySelector('.recognised') !== null &&
        /\(\d+ × \d+\)|%/.test(document.querySelector('.look[aria-busy=false] .caption')?.textContent ?? ''),
    );
  }

  /** Waits until all layers are read. */
  async isQuiet(): Promise<number> {
    const state = this.page.locator('.layers[data-are-read=true] .layer-state');
    await state.waitFor();
    return Number((await state.textContent())?.split(' / ')[1]);
  }

  /** Waits until a caption says something. */
  async says(text: string): Promise<void> {
    await this.page.locator('.caption').filter({ hasText: text }).first().waitFor();
  }

  async press(name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).click();
  }

  /** The command that is beside what is explained. */
  async command(): Promise<string> {
    return (await this.page.locator('.pane-right .command code').textContent()) ?? '';
  }

  /** The command of the tool that is open. */
  async commandOfTool(): Promise<string> {
    return (await this.page.locator('.tool .command code').first().textContent()) ?? '';
  }

  /** What a button lets the person keep, and its name. */
  async keep(button: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.press(button)]);
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  }

  /** Keeps a drawing as PNG and as SVG; gives the text of the latter. */
  async keepDrawing(what: string): Promise<string> {
    assertPng((await this.keep(`PNG of ${what}`)).bytes);
    const text = (await this.keep(`SVG of ${what}`)).bytes.toString();
    assert.match(text, /<title>[^<]+<\/title>/);
    assert.doesNotMatch(text.replace('http://www.w3.org/2000/svg', ''), /https?:|var\(--/);
    return text;
  }

  /** The pixel of a canvas at a place in 0..1, as levels and opacity. Reading the canvas itself again and again is complained of. */
  pixel(selector: string, x: number, y: number): Promise<readonly number[]> {
    return this.page.evaluate(pixelOf, { selector, x, y });
  }

  /** Waits until the pixel of a canvas is something; gives it. */
  async pixelIs(
    selector: string,
    [x, y]: readonly [number, number],
    is: (levels: readonly number[]) => boolean,
  ): Promise<readonly number[]> {
    for (let tries = 0; ; tries += 1) {
      const found = await this.pixel(selector, x, y);
      if (is(found)) return found;
      assert.ok(tries < 100, `the pixel stays ${found.join()}`);
      await this.page.waitForTimeout(50);
    }
  }

  /** What axe-core finds wrong, each with the places. */
  async violations(): Promise<readonly string[]> {
    await this.page.evaluate(axe.source);
    return this.page.evaluate(async () => {
      const { violations: all } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
      return all.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
    });
  }

  /** Nothing is wrong for people who use the page otherwise, and nothing lies beyond its edge. */
  async isFit(): Promise<void> {
    assert.deepEqual(await this.violations(), []);
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= this.view.width, `the page is ${wide} pixels wide`);
  }
}

function pixelOf({ selector, x, y }: { selector: string; x: number; y: number }): readonly number[] {
  const canvas = document.querySelector(selector) as HTMLCanvasElement;
  const copy = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  copy.drawImage(canvas, -Math.round(x * (canvas.width - 1)), -Math.round(y * (canvas.height - 1)));
  return [...copy.getImageData(0, 0, 1, 1).data];
}

export function assertPng(bytes: Uint8Array): void {
  assert.deepEqual([...bytes.subarray(1, 4)], [80, 78, 71]);
}

/** A page in a context of its own. */
export async function visit(browser: Browser, mode: Mode, address: string): Promise<Visit> {
  const context = await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1440, height: 900 } });
  const found = new Visit(await context.newPage(), mode);
  await found.page.goto(address);
  return found;
}
