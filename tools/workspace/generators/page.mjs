/** The blocks of a page of docs/how-to that are files, by path: a fence's info string is its language and the path. */
export function filesOf(page, languages = ['ts']) {
  const fence = new RegExp(`^\`\`\`(?:${languages.join('|')}) (\\S+)\\n(.*?)^\`\`\`$`, 'gms');
  return new Map(Array.from(page.matchAll(fence), ([, path, code]) => [path, code]));
}

/** The blocks of a page that are typed at a prompt. */
export function commandsOf(page) {
  return Array.from(page.matchAll(/^```sh\n(.*?)^```$/gms), ([, block]) => block);
}

/** `grad-cam` as `gradCam`. */
export function camelCase(name) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}

/** `grad-cam` as `GradCam`. */
export function pascalCase(name) {
  return camelCase(`-${name}`);
}

/** `grad-cam` as `Grad cam`. */
export function titleOf(name) {
  const words = name.replaceAll('-', ' ');
  return words[0].toUpperCase() + words.slice(1);
}

/** Puts one name in the place of another, in each of the ways in which code and prose write it. */
export function renamed(text, from, to) {
  const names = new Map([(name) => name, camelCase, pascalCase, titleOf].map((write) => [write(from), write(to)]));
  return text.replace(new RegExp([...names.keys()].join('|'), 'g'), (name) => names.get(name));
}
