import { readdir, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pictureFile } from '../engine/sort-files.ts';
import { serverErrors } from './errors.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

/** A file of the page. */
interface PageFile {
  readonly type: string;
  read(): Promise<Uint8Array>;
}

/** The built page. */
export interface Page {
  /** By what they are asked for: `/`, `/assets/index.js`; there are no others, so that no address leads out of the page. */
  readonly files: ReadonlyMap<string, PageFile>;
  /** Files of pictures that come with it, by their names. */
  readonly samples: Readonly<Record<string, string>>;
}

/** Tells the page that a server runs its engine. */
const mark = '<meta name="understory-engine" content="served" />';

/** The page that is built into this package. */
function usualFolder(): string {
  const built = fileURLToPath(new URL('../page/', import.meta.url));
  return existsSync(join(built, 'index.html')) && !existsSync(join(built, 'main.tsx'))
    ? built
    : fileURLToPath(new URL('../../dist/page/', import.meta.url));
}

/** Throws PAGE_NOT_BUILT. */
export async function openPage(folder: string = usualFolder()): Promise<Page> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = new Map<string, PageFile>();
  const samples: Record<string, string> = {};
  for (const path of paths) {
    const name = relative(folder, path).split(sep).join('/');
    const type = types[extname(path)] ?? 'application/octet-stream';
    files.set(`/${name}`, { type, read: () => readFile(path) });
    const [, sample] = /^samples\/([^/]+)$/.exec(name) ?? [];
    if (sample !== undefined && pictureFile.test(sample)) samples[sample] = path;
  }
  const index = files.get('/index.html');
  if (index === undefined) throw serverErrors.pageNotBuilt({ path: folder });
  const html = new TextDecoder().decode(await index.read()).replace(/<head>/i, (head) => `${head}${mark}`);
  const served = { type: index.type, read: async () => new TextEncoder().encode(html) };
  files.set('/', served).set('/index.html', served);
  return { files, samples };
}
