import { isBuiltin } from 'node:module';
import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';

export interface Bundle {
  readonly code: string;
  /** Modules of Node that something imports, used or not, and packages that stand in for them. */
  readonly ofNode: readonly string[];
}

export interface BundleOptions {
  /** The entry itself, where no file has it. */
  readonly code?: string;
}

const ofNodeAlone = 'of-node';

/**
 * Bundles the module at a path for a browser, into one file, without what nothing uses; sources of this repository are taken instead of what is built.
 * Needs the package esbuild; throws what esbuild throws.
 */
export async function bundleForBrowser(path: string, { code }: BundleOptions = {}): Promise<Bundle> {
  const { build } = await import('esbuild');
  const ofNode = new Set<string>();
  const watch: Plugin = {
    name: 'watch',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^[^./]/ }, ({ path: source, importer }) => {
        // A package may have the name of a module of Node, which is then what a browser gets in its place.
        const [name = ''] = source.split('/');
        if (isBuiltin(source) || /(^|-)(browserify|polyfills?)$/.test(name)) ofNode.add(`${source} in ${importer}`);
        return isBuiltin(source) ? { path: source, namespace: ofNodeAlone } : undefined;
      });
      onLoad({ filter: /^/, namespace: ofNodeAlone }, () => ({ contents: '' }));
    },
  };
  const { metafile, outputFiles } = await build({
    ...(code === undefined
      ? { entryPoints: [path] }
      : { stdin: { contents: code, resolveDir: dirname(path), sourcefile: path } }),
    ...{ bundle: true, write: false, metafile: true, legalComments: 'none', logLevel: 'silent' },
    ...{ platform: 'browser', format: 'esm', target: 'es2022' },
    // ONNX Runtime is served beside the bundle, not packed into it.
    conditions: ['@understory/source', 'onnxruntime-web-use-extern-wasm', 'module', 'production'],
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [watch],
  });
  // Packages say what a browser has no use for, mostly modules of Node.
  for (const id of Object.keys(metafile.inputs))
    if (/^\(disabled\):/.test(id) || id.startsWith(`${ofNodeAlone}:`)) ofNode.add(id);
  return { code: outputFiles[0]!.text, ofNode: [...ofNode] };
}
