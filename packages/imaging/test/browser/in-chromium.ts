import { fileURLToPath } from 'node:url';
import { runInChromium } from '@understory/testing/node';
import { build } from 'esbuild';

/** A picture as the page sends it, its bytes in base64, or the error that there was. */
export type Decoded =
  | {
      readonly width: number;
      readonly height: number;
      readonly data: string;
      readonly alpha?: string;
      readonly png: string;
    }
  | { readonly error: { readonly code: string; readonly found: string } };

/** Runs `page.ts` in a headless Chromium, which decodes the files. */
export async function decodeInChromium(
  chromium: string,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<Readonly<Record<string, Decoded>>> {
  return runInChromium(chromium, { script: await bundle(), files });
}

async function bundle(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@understory/source'],
  });
  return outputFiles[0]!.contents;
}
