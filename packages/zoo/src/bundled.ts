import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Lies beside both `src` and `dist`. */
const models = fileURLToPath(new URL('../models/', import.meta.url));

/** A model that comes with this package. */
export interface ZooEntry {
  readonly name: string;
  /** A folder laid out as Hugging Face does. */
  readonly folder: string;
  /** The model's `README.md`: source, licence, SHA-256, preprocessing, accuracy. */
  readonly card: string;
}

/** The bundled models by name. */
export async function listZoo(): Promise<readonly ZooEntry[]> {
  const entries = await readdir(models, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, folder: join(models, name), card: join(models, name, 'README.md') }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}
