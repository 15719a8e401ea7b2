import type { DatasetReader } from '../reader.ts';
import type { ParquetOptions } from './parquet.ts';

/** Opens Parquet files; the libraries for them are loaded only where there are some. */
export async function openParquet(path: string, options: ParquetOptions): Promise<DatasetReader> {
  const parquet = await import('./parquet.ts');
  return parquet.openParquet(path, options);
}
