import { carriedError } from '@understory/core';
import { studioErrors } from '../errors.ts';
import type { AddedFiles, GivenFile } from './engine.ts';

/** What the file of a picture ends in. */
export const pictureFile = /\.(png|jpe?g|webp|npy)$/i;
/** What the file of a model ends in. */
export const modelFile = /\.onnx$|(^|\/)model\.json$/i;
/** What may lie beside a model. */
const besideModel = /\.(json|txt|bin|data|onnx_data|pb|md|model|yaml)$/i;

/** What can be opened of added files: pictures, and models by the folder that they lie in, or by themselves. */
export function sortFiles(files: readonly Pick<GivenFile, 'path'>[]): AddedFiles {
  const paths = files.map(({ path }) => path);
  const models = paths.filter((path) => modelFile.test(path));
  const folders = [...new Set(models.map(modelFolder))];
  const isInside = (path: string) => folders.some((folder) => path.startsWith(`${folder}/`));
  const isOfModel = (path: string) => models.length > 0 && (isInside(path) || besideModel.test(path));
  const others = paths.filter((path) => !pictureFile.test(path) && !modelFile.test(path) && !isOfModel(path));
  return {
    models: folders,
    pictures: paths.filter((path) => pictureFile.test(path) && !isInside(path)),
    others: others.map((path) => ({ path, error: carriedError(studioErrors.fileNotOpened({ path })) })),
  };
}

/** Paths of the files of a model that `sortFiles` named: what lies in its folder, or beside it where it lies in none. */
export function filesOfModel(paths: readonly string[], model: string): readonly string[] {
  if (!paths.includes(model)) return paths.filter((path) => path.startsWith(`${model}/`));
  const others = paths.filter((path) => path !== model && modelFile.test(path)).map(modelFolder);
  const isOfOther = (path: string) => others.some((other) => path === other || path.startsWith(`${other}/`));
  return paths.filter((path) => path === model || (besideModel.test(path) && !isOfOther(path)));
}

/** Folders within a model's folder that hold its files for one format, or one of its towers. */
const parts = ['onnx', 'tfjs', 'visual', 'textual'];

/** The folder of a model file, or the file itself where it lies in none. */
export function modelFolder(path: string): string {
  const folders = path.split('/').slice(0, -1);
  while (parts.includes(folders.at(-1) ?? '')) folders.pop();
  return folders.length === 0 ? path : folders.join('/');
}
