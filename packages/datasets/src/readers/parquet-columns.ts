import type { FileMetaData, SchemaTree } from 'hyparquet';
import { datasetErrors } from '../errors.ts';

/** Which columns of a Parquet file hold images and labels. */
export interface Columns {
  readonly image: string;
  readonly label: string | undefined;
  /** The names behind label numbers, where the file says them. */
  readonly classes: readonly string[] | undefined;
}

/** The columns by Hugging Face's metadata (`Image`, `ClassLabel`) and, where there is none, by name and shape; throws DATASET_COLUMN_MISSING or DATASET_AMBIGUOUS. */
export function findColumns(path: string, schema: SchemaTree, metadata: FileMetaData): Columns {
  const features = featuresOf(metadata);
  const columns = schema.children.map(({ element }) => element.name);
  const typed = (type: string) => columns.filter((name) => features[name]?._type === type);

  const images = typed('Image');
  const image = pick(path, images.length > 0 ? images : schema.children.filter(holdsImages).map(nameOf), [
    'image',
    'img',
  ]);
  if (image === undefined) throw datasetErrors.columnMissing({ path, columns });

  const named = ['label', 'labels', 'fine_label', 'class'].filter((name) => columns.includes(name));
  const label = named[0] ?? pick(path, typed('ClassLabel'), []);
  const names = label === undefined ? undefined : features[label]?.names;
  return { image, label, classes: isNames(names) ? names : undefined };
}

type Features = Readonly<Record<string, { readonly _type?: unknown; readonly names?: unknown } | undefined>>;

function featuresOf({ key_value_metadata: entries = [] }: FileMetaData): Features {
  const text = entries.find(({ key }) => key === 'huggingface')?.value;
  if (text === undefined) return {};
  try {
    const { info } = JSON.parse(text) as { info?: { features?: Features } };
    return info?.features ?? {};
  } catch {
    // What other tools left there is no reason to refuse a file whose columns speak for themselves.
    return {};
  }
}

function holdsImages({ element, children }: SchemaTree): boolean {
  if (children.some((child) => child.element.name === 'bytes' && child.element.type === 'BYTE_ARRAY')) return true;
  return children.length === 0 && ['image', 'img'].includes(element.name) && element.type === 'BYTE_ARRAY';
}

function nameOf({ element }: SchemaTree): string {
  return element.name;
}

function pick(path: string, candidates: readonly string[], preferred: readonly string[]): string | undefined {
  const found = preferred.find((name) => candidates.includes(name)) ?? candidates[0];
  if (candidates.length > 1 && !preferred.includes(found ?? '')) {
    throw datasetErrors.ambiguous({ path, candidates, what: 'such column' });
  }
  return found;
}

function isNames(names: unknown): names is readonly string[] {
  return Array.isArray(names) && names.every((name) => typeof name === 'string');
}
