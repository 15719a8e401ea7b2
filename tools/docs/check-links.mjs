// Checks that every link of a folder of HTML pages leads to a file and a place in it, and that no page needs the network.
// usage: node tools/docs/check-links.mjs FOLDER
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const decoded = (text) =>
  decodeURIComponent(text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'"));

/** What is wrong with the links of the pages in a folder, a sentence each. */
export function deadLinks(folder) {
  const pages = readdirSync(folder, { recursive: true }).filter((path) => path.endsWith('.html'));
  const texts = new Map(pages.map((path) => [resolve(folder, path), readFileSync(join(folder, path), 'utf8')]));
  const anchors = new Map();
  const anchorsOf = (file) => {
    if (!anchors.has(file)) {
      anchors.set(file, new Set(Array.from(texts.get(file).matchAll(/\sid="([^"]*)"/g), ([, id]) => decoded(id))));
    }
    return anchors.get(file);
  };
  const faults = [];
  for (const [file, text] of texts) {
    const from = relative(folder, file);
    for (const [, tag, attributes] of text.matchAll(/<(a|img|link|script|source)\b([^>]*)>/g)) {
      const [, to] = /\s(?:href|src)="([^"]*)"/.exec(attributes) ?? [];
      if (to === undefined || /^(?:data|mailto):/.test(to)) continue;
      if (/^(?:https?:)?\/\//.test(to)) {
        if (tag !== 'a') faults.push(`${from} loads ${to} from the network`);
        continue;
      }
      const [path, anchor = ''] = to.split('#');
      let target = file;
      if (path !== '')
        target = path.startsWith('/') ? join(folder, decoded(path)) : resolve(dirname(file), decoded(path));
      if (existsSync(target) && statSync(target).isDirectory()) target = join(target, 'index.html');
      if (!existsSync(target)) faults.push(`${from} links to ${to}, which is not there`);
      else if (anchor !== '' && texts.has(target) && !anchorsOf(target).has(decoded(anchor))) {
        faults.push(`${from} links to ${to}, and the page has no such place`);
      }
    }
  }
  return { pages: pages.length, faults: [...new Set(faults)] };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { pages, faults } = deadLinks(process.argv[2]);
  for (const fault of faults) console.error(fault);
  console.log(`${pages} pages, ${faults.length} dead links`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
