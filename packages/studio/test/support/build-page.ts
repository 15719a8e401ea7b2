import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bundleForBrowser } from '@understory/testing/node';
import { build, type Plugin } from 'vite';

/** A script of the built page, with its length in bytes as it is sent. */
export interface Script {
  readonly name: string;
  readonly size: number;
  /** Whether it runs in the worker: the engine, and what it imports. */
  readonly isEngine: boolean;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Modules that nothing of the page's own is in: Rollup takes most of a build for what these leave unused, and esbuild next to nothing. */
const [engine, charts] = [here('../../src/page/worker.ts'), here('../../src/page/parts/plot.ts')];

/** Has a module with all that it imports bundled by esbuild, into the chunk that it has in the page. */
function byEsbuild(path: string): Plugin {
  return {
    name: 'by-esbuild',
    enforce: 'pre',
    // A module without effects would have no chunk.
    load: (id) => (id.replace(/\?.*$/, '') === path ? 'export default globalThis.name;' : undefined),
    async generateBundle(_options, files) {
      const { code } = await bundleForBrowser(path);
      for (const file of Object.values(files))
        if (file.type === 'chunk' && file.facadeModuleId?.replace(/\?.*$/, '') === path) file.code = code;
    },
  };
}

/** Builds the page into a folder as it is published, but for what bundles its engine and charts; gives its scripts. */
export async function buildPage(folder: string): Promise<readonly Script[]> {
  const output = await build({
    configFile: here('../../vite.config.ts'),
    plugins: [byEsbuild(charts)],
    worker: { plugins: () => [byEsbuild(engine)] },
    ...{ logLevel: 'error', build: { outDir: folder, emptyOutDir: true, reportCompressedSize: false } },
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
