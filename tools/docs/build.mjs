// Builds the documentation as a static site that needs no network, and checks its links: pages of the repository, references generated
// from the code, and a gallery whose pictures are made by running the commands. `npm run docs`, which builds the packages first.
// usage: node tools/docs/build.mjs [--serve] [--without-gallery]
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { commandTree, loadPlugins } from '@understory/cli';
import { configurationJsonSchema, METRIC, readingText } from '@understory/core';
import { studyJsonSchema } from '@understory/studies';
import { build, serve } from 'vitepress';
import { deadLinks } from './check-links.mjs';
import { gallery } from './gallery.mjs';
import { inFolder, layOut, runLine, shrink } from './make-pictures.mjs';
import { apiPages } from './pages/api.mjs';
import { commandPage, commandsOf, commandsPage } from './pages/cli.mjs';
import { configurationPage } from './pages/configuration.mjs';
import { galleryPage } from './pages/gallery.mjs';
import { methodsPage } from './pages/methods.mjs';
import { decisionsPage, repositoryPages, titleOf } from './pages/repository.mjs';
import { buildStudio } from './studio.mjs';

const { values } = parseArgs({
  options: { serve: { type: 'boolean', default: false }, 'without-gallery': { type: 'boolean', default: false } },
});
const root = fileURLToPath(new URL('../../', import.meta.url));
/** Laid out as `tools/docs`, since the configuration of the site reads what the pages are made by. */
const folder = join(root, 'tmp/docs/site');
const site = join(root, 'out/docs');
const started = performance.now();
const say = (what) => console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${what}`);

async function write(place, text) {
  await mkdir(dirname(join(folder, place)), { recursive: true });
  await writeFile(join(folder, place), text);
}

await rm(folder, { recursive: true, force: true });
await rm(site, { recursive: true, force: true });
await cp(fileURLToPath(new URL('site/', import.meta.url)), folder, { recursive: true });
await cp(fileURLToPath(new URL('pages/markdown.mjs', import.meta.url)), join(folder, '../pages/markdown.mjs'));

const pages = repositoryPages(root);
for (const { place, text } of pages) await write(place, text);
await cp(join(root, 'docs/images'), join(folder, 'images'), { recursive: true });
await cp(join(root, 'docs/images'), join(folder, 'public/images'), { recursive: true });
await write('decisions/index.md', decisionsPage(root));
say(`${pages.length} pages of the repository`);

const tree = commandTree();
await write('reference/cli/index.md', commandsPage(tree));
for (const { path, command } of commandsOf(tree)) await write(`reference/cli/${path}.md`, commandPage(command));
await write('reference/configuration.md', configurationPage(configurationJsonSchema, studyJsonSchema()));
const { host } = await loadPlugins({ cwd: folder });
const contributions = host
  .list()
  .map((each) => (each.kind === 'metric' ? { ...each, reading: readingText(host.get(METRIC, each.id)) } : each));
await host.dispose();
const bibliography = await readFile(join(root, 'docs/bibliography.md'), 'utf8');
await write('reference/methods.md', methodsPage(contributions, bibliography));
say(`${commandsOf(tree).length} commands, ${contributions.length} methods`);

const modules = await apiPages(root, join(folder, 'reference/api'));
say(`the reference of ${modules.length} modules`);

const pictures = await mkdtemp(join(tmpdir(), 'understory-gallery-'));
try {
  await layOut(pictures);
  await mkdir(join(folder, 'gallery'));
  for (const { id, commands, picture, file, isSlow } of gallery) {
    if (values['without-gallery'] || isSlow) {
      await cp(join(root, 'docs/images', file ?? 'demo.png'), join(folder, 'gallery', `${id}.png`));
      continue;
    }
    for (const line of commands) await runLine(line, pictures);
    await shrink(inFolder(pictures, picture), join(folder, 'gallery', `${id}.png`));
  }
} finally {
  await rm(pictures, { recursive: true });
}
await write('gallery.md', galleryPage(gallery));
say(`${gallery.length} pictures of the gallery`);

await write('sidebar.json', JSON.stringify(sidebar()));
await build(folder);
await withRelativeLinks(site);
await buildStudio(join(site, 'studio'));
say('the studio');
const { pages: count, faults } = deadLinks(site);
for (const fault of faults) console.error(fault);
say(`${count} pages in ${relative(process.cwd(), site)}, ${faults.length} dead links`);
if (faults.length > 0) process.exitCode = 1;
else if (values.serve) await serve({ root: folder });

function sidebar() {
  const link = (place, text = titleOf(pages.find((page) => page.place === place)?.text ?? '')) => ({
    text,
    link: `/${place.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '')}`,
  });
  const within = (start) =>
    pages
      .filter(({ place }) => place.startsWith(`${start}/`) && !place.endsWith('index.md'))
      .map(({ place }) => link(place))
      .sort((a, b) => (a.link < b.link ? -1 : 1));
  const concepts = ['heat-maps', 'faithfulness', 'spatial-arrangement', 'masked-attacks', 'subjects', 'gradients'];
  const group = (text, items, collapsed) => ({ text, items, ...(collapsed === undefined ? {} : { collapsed }) });
  return [
    group('Start', [link('start.md'), link('gallery.md', 'Gallery')]),
    group('Concepts', [link('concepts/index.md'), ...concepts.map((name) => link(`concepts/${name}.md`))]),
    group('Guides', [
      ...within('guides'),
      link('how-to/studio.md'),
      link('how-to/compare.md'),
      link('how-to/clip.md'),
      link('how-to/export.md'),
      link('how-to/many-machines.md'),
    ]),
    group(
      'Extend',
      within('how-to').filter((each) => !/clip|compare|export|many-machines|studio/.test(each.link)),
      true,
    ),
    group('Reference', [
      link('reference/cli/index.md', 'Commands'),
      link('reference/configuration.md', 'Configuration and study files'),
      link('reference/methods.md', 'Methods'),
      link('comparison.md'),
      link('operators.md'),
      link('reference/api/index.md', 'API'),
      link('bibliography.md'),
      link('weights.md'),
    ]),
    group('Packages', within('packages'), true),
    group('Bundled networks', within('models'), true),
    group('Project', [link('architecture.md'), link('contributing.md'), link('tools.md')], true),
    group('Decisions', [link('decisions/index.md', 'All decisions'), ...within('decisions')], true),
  ];
}

/** Links from one page to another hold wherever the folder is put, in a file system too. */
async function withRelativeLinks(of) {
  for (const path of await readdir(of, { recursive: true })) {
    if (!path.endsWith('.html')) continue;
    const up = posix.relative(posix.dirname(path), '.') || '.';
    const text = await readFile(join(of, path), 'utf8');
    const led = text.replaceAll(
      /(<[^>]*\s(?:href|src))="\/(?!\/)([^"]*)"/g,
      (_, start, to) => `${start}="${up}/${to === '' ? 'index.html' : to}"`,
    );
    await writeFile(join(of, path), led);
  }
}
