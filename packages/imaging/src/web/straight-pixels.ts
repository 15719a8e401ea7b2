import { imagingErrors } from '../errors.ts';
import type { Size } from '../rgb-image.ts';

export interface Window extends Size {
  readonly left: number;
  readonly top: number;
}

/** `[height, width, 4]` of a window of a bitmap, its alpha straight: what a texture holds, where a canvas has multiplied the colours by it. */
export async function straightPixels(bitmap: ImageBitmap, window: Window, name: string): Promise<Uint8Array> {
  const { left, top, width, height } = window;
  const part = await createImageBitmap(bitmap, left, top, width, height, {
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
  });
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (gl === null || gl.getParameter(gl.MAX_TEXTURE_SIZE) < Math.max(width, height)) {
    throw imagingErrors.alphaNotRead(name);
  }
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, width, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, part);
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  const pixels = new Uint8Array(4 * width * height);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  // Browsers hold only a few contexts at a time.
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  part.close();
  return pixels;
}
