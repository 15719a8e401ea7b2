import type { Paths } from './model-files.ts';

/** Paths with `/` between their parts, as a page has them; `.` and `..` are followed as far as they lead. */
export const posixPaths: Paths = {
  join(...parts) {
    const whole = parts.filter((part) => part !== '').join('/');
    const root = whole.startsWith('/') ? '/' : '';
    const kept: string[] = [];
    for (const part of whole.split('/')) {
      if (part === '' || part === '.') continue;
      if (part !== '..') kept.push(part);
      else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
      else if (root === '') kept.push(part);
    }
    const joined = kept.join('/');
    const end = whole.endsWith('/') && (root === '' || joined !== '') ? '/' : '';
    return root === '' && joined === '' ? `.${end}` : `${root}${joined}${end}`;
  },
  dirname(path) {
    const own = withoutEnd(path);
    const at = own.lastIndexOf('/');
    if (at < 0) return '.';
    return at === 0 ? '/' : own.slice(0, at);
  },
  basename(path, ending = '') {
    const own = withoutEnd(path);
    const name = own.slice(own.lastIndexOf('/') + 1);
    return ending !== '' && name !== ending && name.endsWith(ending) ? name.slice(0, -ending.length) : name;
  },
  extname(path) {
    const name = posixPaths.basename(path);
    const at = name.lastIndexOf('.');
    return at <= 0 ? '' : name.slice(at);
  },
};

function withoutEnd(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
