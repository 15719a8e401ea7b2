import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

/** A script of the built page, with its length in bytes as it is sent. */
export interface Script {
  readonly name: string;
  readonly size: number;
  /** Whether it runs in the worker: the engine, and what it imports. */
  readonly isEngine: boolean;
}

/** Builds the page into a folder as it is published; gives its scripts. */
export async function buildPage(folder: string): Promise<readonly Script[]> {
  const output = await build({
    configFile: fileURLToPath(new URL('../../vite.config.ts', import.meta.url)),
    ...{ logLevel: 'error', build: { outDir: folder, emptyOutDir: true } },
  });
  if (!Array.isArray(output) && !('output' in output)) throw new Error('Vite watches instead of building');
  const files = [output].flat().flatMap((each) => each.output);
  return files
    .filter(({ fileName }) => fileName.endsWith('.js'))
    .map((file) => ({
      name: file.fileName,
      size: gzipSync(file.type === 'chunk' ? file.code : file.source).length,
      isEngine: file.type === 'asset',
    }));
}
