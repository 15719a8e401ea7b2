import { isBuiltin } from 'node:module';
import { dirname } from 'node:path';
import type { Plugin } from 'vite';

export interface Bundle {
  readonly code: string;
  /** Modules of Node that something imports, used or not, and packages that stand in for them. */
  readonly ofNode: readonly string[];
}

export interface BundleOptions {
  /** The entry itself, where no file has it. */
  readonly code?: string;
  /** As what is shipped is, without what nothing uses; false by default. */
  readonly minify?: boolean;
}

/**
 * Bundles the module at a path for a browser, into one file, as a user of Vite does; sources of this repository are taken instead of what is built.
 * Needs the package vite; throws what Vite throws.
 */
export async function bundleForBrowser(path: string, { code, minify = false }: BundleOptions = {}): Promise<Bundle> {
  const { build, defaultClientConditions } = await import('vite');
  const ofNode = new Set<string>();
  const watch: Plugin = {
    name: 'watch',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (source === path && code !== undefined) return path;
      // A package may have the name of a module of Node, which is then what a browser gets in its place.
      const [name = ''] = source.split('/');
      if (isBuiltin(source) || /(^|-)(browserify|polyfills?)$/.test(name)) ofNode.add(`${source} in ${importer}`);
      return undefined;
    },
    load: (id) => (id === path ? code : undefined),
    buildEnd() {
      for (const id of this.getModuleIds()) if (id.includes('__vite-browser-external')) ofNode.add(id);
    },
  };
  const output = await build({
    ...{ root: dirname(path), configFile: false, envFile: false, publicDir: false, logLevel: 'error' },
    plugins: [watch],
    resolve: {
      // ONNX Runtime is served beside the bundle, not packed into it.
      conditions: ['@understory/source', 'onnxruntime-web-use-extern-wasm', ...defaultClientConditions],
    },
    build: {
      ...{ minify, write: false, target: 'es2022', modulePreload: false },
      rollupOptions: {
        ...{ treeshake: minify, input: path },
        preserveEntrySignatures: 'strict',
        output: { inlineDynamicImports: true },
      },
    },
  });
  if (!Array.isArray(output) && !('output' in output)) throw new Error('Vite watches instead of building');
  const chunks = [output].flat().flatMap((each) => each.output);
  const [chunk] = chunks;
  if (chunk?.type !== 'chunk' || chunks.length !== 1) throw new Error(`Vite made ${chunks.length} files, expected one`);
  return { code: chunk.code, ofNode: [...ofNode] };
}
