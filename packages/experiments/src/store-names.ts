/** The parts of a name in a store, none of `''`; throws a RangeError for one that leads out of the store or says the same in another way. */
export function partsOf(name: string): readonly string[] {
  if (name === '') return [];
  const parts = name.split('/');
  const wrong = parts.find((part) => part === '' || part === '.' || part === '..');
  if (wrong !== undefined) throw new RangeError(`"${name}" is no name in a store: it has the part "${wrong}"`);
  return parts;
}

/** The name of something in a folder, which is `''` for the store itself. */
export function inside(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** Behind every file that is not finished. */
export const temporary = '.tmp';
