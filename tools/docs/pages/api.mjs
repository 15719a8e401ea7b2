import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { Application } from 'typedoc';
import { anchorOf } from './markdown.mjs';

/** Every entry point of every package, by its source file: `packages/core/src/index.ts` is `@understory/core`. */
function entryPoints(root) {
  const found = new Map();
  for (const folder of readdirSync(join(root, 'packages'))) {
    const path = join(root, 'packages', folder, 'package.json');
    if (!existsSync(path)) continue;
    const { name, exports } = JSON.parse(readFileSync(path, 'utf8'));
    for (const [entry, { '@understory/source': source }] of Object.entries(exports)) {
      if (source !== undefined) found.set(join('packages', folder, source), join(name, entry));
    }
  }
  return found;
}

/** Writes the reference of every package from its declarations and doc comments; gives the pages with their titles. */
export async function apiPages(root, folder) {
  const entries = entryPoints(root);
  const application = await Application.bootstrapWithPlugins({
    entryPoints: [...entries.keys()].map((path) => join(root, path)),
    tsconfig: join(root, 'tools/docs/tsconfig.api.json'),
    plugin: ['typedoc-plugin-markdown'],
    // Types are checked by their own step, and a name that is not exported is shown as it is called.
    skipErrorChecking: true,
    validation: { notExported: false, invalidLink: true, notDocumented: false },
    readme: 'none',
    disableSources: true,
    excludePrivate: true,
    excludeExternals: true,
    router: 'module',
    entryFileName: 'index',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: false,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    classPropertiesFormat: 'table',
    enumMembersFormat: 'table',
    typeDeclarationFormat: 'table',
    useHTMLEncodedBrackets: false,
    sanitizeComments: true,
    logLevel: 'Warn',
  });
  const project = await application.convert();
  if (project === undefined) throw new Error('TypeDoc found nothing to describe');
  // TypeDoc calls a module by its path without the ending and without what all paths begin with.
  const names = new Map(
    Array.from(entries, ([path, name]) => [path.slice('packages/'.length).replace(/(\/index)?\.ts$/, ''), name]),
  );
  for (const module of project.children ?? []) {
    const name = names.get(module.name);
    if (name === undefined) throw new Error(`TypeDoc describes ${module.name}, which no package exports`);
    module.name = name;
  }
  application.options.setValue('outputs', [{ name: 'markdown', path: folder }]);
  await application.generateOutputs(project);
  await tidy(folder);
  return project.children.map(({ name }) => name);
}

/** Pages without HTML, whose links to a place lead to one that there is. */
async function tidy(folder) {
  const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.md'));
  const texts = new Map();
  for (const path of paths) {
    const text = await readFile(join(folder, path), 'utf8');
    texts.set(path, text.replaceAll(/<a id="[^"]*"><\/a> ?/g, '').replaceAll(/ ?<br ?\/?> ?/g, ' '));
  }
  const places = new Map(Array.from(texts, ([path, text]) => [path, anchorsOf(text)]));
  for (const [path, text] of texts) {
    const led = text.replaceAll(/\]\(([^()\s#]*)#([^()\s]+)\)/g, (whole, to, anchor) => {
      const known = places.get(to === '' ? path : normalize(join(dirname(path), to)));
      if (known === undefined || known.has(anchor)) return whole;
      const alone = anchor.replace(/-\d+$/, '');
      if (known.has(alone)) return `](${to}#${alone})`;
      return to === '' ? ']()' : `](${to})`;
    });
    // What leads nowhere on its own page is text.
    await writeFile(join(folder, path), led.replaceAll(/\[((?:[^\][\\]|\\.)*)\]\(\)/g, '$1'));
  }
}

/** The anchors of a page's headings; those that repeat are numbered. */
function anchorsOf(text) {
  const counts = new Map();
  const anchors = Array.from(text.replaceAll(/^```.*?^```$/gms, '').matchAll(/^#{1,6} (.+)$/gm), ([, heading]) => {
    const anchor = anchorOf(heading.replaceAll(/[`\\]/g, ''));
    const count = counts.get(anchor) ?? 0;
    counts.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
  return new Set(anchors);
}
