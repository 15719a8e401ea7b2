import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { zooErrors } from './errors.ts';

/** Where Hugging Face and transformers.js look, first to last. */
const usual = ['onnx/model.onnx', 'model.onnx'];

/** The model file of a folder, relative to it; throws MODEL_FOLDER_EMPTY or MODEL_FOLDER_AMBIGUOUS. */
export async function findModelFile(folder: string): Promise<string> {
  const own = await filesOf(folder);
  const files = [
    ...own,
    ...(own.includes('onnx') ? await filesOf(join(folder, 'onnx')) : []).map((name) => `onnx/${name}`),
  ];
  const named = usual.find((name) => files.includes(name));
  if (named !== undefined) return named;
  const models = files.filter((name) => /\.onnx$/i.test(name));
  const [only] = models;
  if (only === undefined) throw zooErrors.folderWithoutModel({ folder, found: files });
  if (models.length > 1) throw zooErrors.severalModels({ folder, models });
  return only;
}

async function filesOf(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOTDIR') return [];
    throw cause;
  }
}
