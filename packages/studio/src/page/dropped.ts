/** A file with its path in what was dropped or chosen. */
export interface Dropped {
  readonly path: string;
  readonly file: File;
}

export function filesOfInput(input: HTMLInputElement): readonly Dropped[] {
  const files = [...(input.files ?? [])].map((file) => ({
    path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath,
    file,
  }));
  input.value = '';
  return files;
}

/** Every file of what was dropped, those in folders with the folder in front. */
export async function filesOfDrop({ items, files }: DataTransfer): Promise<readonly Dropped[]> {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return [...files].map((file) => ({ path: file.name, file }));
  const found: Dropped[] = [];
  const waiting = [...entries];
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    if (entry.isFile)
      found.push({ path: entry.fullPath.replace(/^\//, ''), file: await fileOf(entry as FileSystemFileEntry) });
    else if (entry.isDirectory)
      for (const each of await entriesOf(entry as FileSystemDirectoryEntry)) waiting.push(each);
  }
  return found.sort((one, other) => (one.path < other.path ? -1 : 1));
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A folder is read in parts until there is none left. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return all;
    for (const entry of part) all.push(entry);
  }
}
