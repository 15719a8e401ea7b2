import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, posix } from 'node:path';
import { execFileSync } from 'node:child_process';

/** Where a page of the repository stands on the site; undefined for one that is not on it. */
function placeOf(path) {
  const places = [
    [/^docs\/(.+)$/, '$1'],
    [/^(ARCHITECTURE|CONTRIBUTING)\.md$/, (_, name) => `${name.toLowerCase()}.md`],
    [/^packages\/zoo\/models\/([^/]+)\/README\.md$/, 'models/$1.md'],
    [/^packages\/cli\/samples\/README\.md$/, 'credits.md'],
    [/^packages\/([^/]+)\/README\.md$/, 'packages/$1.md'],
    [/^examples\/([^/]+)\/README\.md$/, 'examples/$1.md'],
    [/^(tools|bench)\/README\.md$/, '$1.md'],
    [/^fixtures\/golden\/README\.md$/, 'goldens.md'],
  ];
  const found = places.find(([pattern]) => pattern.test(path));
  return found && path.replace(...found);
}

/** The pages of the repository that are on the site, by path, with their place and text as it is to stand there. */
export function repositoryPages(root) {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
    cwd: root,
    encoding: 'utf8',
  });
  const paths = listed
    .trim()
    .split('\n')
    .filter((path) => existsSync(join(root, path)));
  const places = new Map(paths.flatMap((path) => (placeOf(path) === undefined ? [] : [[path, placeOf(path)]])));
  return Array.from(places, ([path, place]) => ({
    path,
    place,
    text: relinked(withoutFrontMatter(readFileSync(join(root, path), 'utf8')), path, place, places, root),
  }));
}

function withoutFrontMatter(text) {
  return text.replace(/^---\n.*?\n---\n/s, '');
}

/** A page with its links led to where pages stand on the site; the name of a file that is not on it is left as text. */
function relinked(text, path, place, places, root) {
  const parts = text.split(/(^```.*?^```$|`[^`\n]*`)/ms);
  const led = (whole, mark, label, to) => {
    if (/^(?:[a-z]+:|#)/.test(to)) return whole;
    const [file, anchor] = to.split('#');
    const target = normalize(join(dirname(path), file)).replace(/\/$/, '');
    const stands = standsAt(target, places);
    if (stands === undefined) {
      if (mark === '!') throw new Error(`${path} shows ${to}, which is not among the pictures of docs/images`);
      if (!existsSync(join(root, target))) throw new Error(`${path} links to ${to}, which is not there`);
      return label;
    }
    const way = posix.relative(posix.dirname(place), stands);
    return `${mark}[${label}](${way.startsWith('.') ? way : `./${way}`}${anchor === undefined ? '' : `#${anchor}`})`;
  };
  // A label may hold code, which the split sets apart: links are found in the whole text between fences.
  return rejoined(parts)
    .map((part) =>
      part.startsWith('```') ? part : part.replaceAll(/(!?)\[((?:[^\][]|\[[^\]]*\])*)\]\(([^()\s]+)\)/g, led),
    )
    .join('');
}

/** Fences by themselves, and all between them in one piece. */
function rejoined(parts) {
  const pieces = [];
  for (const part of parts) {
    if (part.startsWith('```') || pieces.length === 0 || pieces.at(-1).startsWith('```')) pieces.push(part);
    else pieces[pieces.length - 1] += part;
  }
  return pieces;
}

/** Folders have the page that tells of what is in them. */
const folders = {
  'docs/how-to': 'guides/index.md',
  'docs/decisions': 'decisions/index.md',
  docs: 'index.md',
  'README.md': 'index.md',
};

function standsAt(target, places) {
  if (/^docs\/images\/.*\.png$/.test(target)) return target.slice('docs/'.length);
  return places.get(target) ?? places.get(`${target}/README.md`) ?? folders[target];
}

/** The heading of a page. */
export const titleOf = (text) => /^# (.+)$/m.exec(text)?.[1] ?? '';

/** The page that lists the decisions. */
export function decisionsPage(root) {
  const folder = join(root, 'docs/decisions');
  const rows = readdirSync(folder)
    .sort()
    .map((name) => `- [${titleOf(readFileSync(join(folder, name), 'utf8'))}](./${name})`);
  return `# Decisions\n\nWhat was decided, why, and what spoke against it.\n\n${rows.join('\n')}\n`;
}
