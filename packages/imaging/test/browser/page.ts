import { canvasCodec, decodeImage } from '../../src/web/canvas.ts';
import type { Decoded } from './in-chromium.ts';

/** What the codec of the browser makes of each file that the test serves. */
async function decodeAll(): Promise<Record<string, Decoded>> {
  const names = (await (await fetch('/names')).json()) as string[];
  const results: Record<string, Decoded> = {};
  for (const name of names) {
    const bytes = new Uint8Array(await (await fetch(`/files/${name}`)).arrayBuffer());
    results[name] = await decode(bytes, name).catch((error: { code?: string; found?: string }) => ({
      error: { code: error.code ?? String(error), found: error.found ?? '' },
    }));
  }
  return results;
}

async function decode(bytes: Uint8Array, name: string): Promise<Decoded> {
  if (name.startsWith('limited')) await decodeImage(bytes, name, { maxPixels: 10 });
  const { width, height, data, alpha } = await canvasCodec.decode(bytes, name);
  const png = await canvasCodec.encodePng({ width, height, data, ...(alpha && { alpha }) });
  return { width, height, data: base64(data), ...(alpha && { alpha: base64(alpha) }), png: base64(png) };
}

function base64(bytes: Uint8Array): string {
  let letters = '';
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return btoa(letters);
}

await fetch('/results', {
  method: 'POST',
  body: JSON.stringify(
    await decodeAll().catch((error: unknown) => ({ page: { error: { code: String(error), found: '' } } })),
  ),
});
