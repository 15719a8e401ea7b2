import { zooErrors } from './errors.ts';
import { exportRecipe } from './export-recipes.ts';
import type { ModelFiles } from './model-files.ts';

/** Where Hugging Face and transformers.js look, first to last. */
const usual = ['onnx/model.onnx', 'model.onnx'];

/** Where models of TensorFlow.js are, first to last. */
const usualTfjs = ['tfjs/model.json', 'model.json'];

/**
 * The model files of a folder, relative to it, one a format, the ONNX one first; throws MODEL_FOLDER_EMPTY, MODEL_FOLDER_AMBIGUOUS or MODEL_NEEDS_EXPORT.
 */
export async function findModelFiles(disk: ModelFiles, folder: string): Promise<readonly [string, ...string[]]> {
  const own = await namesIn(disk, folder);
  const within = async (name: string) =>
    own.includes(name) ? (await namesIn(disk, disk.join(folder, name))).map((file) => `${name}/${file}`) : [];
  const files = [...own, ...(await within('onnx')), ...(await within('tfjs'))];
  const tfjs = usualTfjs.find((name) => files.includes(name));
  const named = usual.find((name) => files.includes(name));
  const models = files.filter((name) => /\.onnx$/i.test(name));
  if (named === undefined && models.length > 1) throw zooErrors.severalModels({ folder, models });
  const [first, ...others] = [named ?? models[0], tfjs].filter((name) => name !== undefined);
  if (first === undefined) throw nothingIn(folder, files);
  return [first, ...others];
}

/** Files of the formats of others are told apart from a folder that has nothing to do with networks. */
function nothingIn(folder: string, files: readonly string[]) {
  // A folder of a SavedModel or a checkpoint has other files of endings that are less telling.
  const foreign = files.filter((name) => exportRecipe(name) !== undefined);
  const [first] = [...foreign].sort((left, right) => Number(isVague(left)) - Number(isVague(right)));
  // A package of Core ML is a folder.
  const recipe = exportRecipe(first ?? folder);
  return recipe === undefined
    ? zooErrors.folderWithoutModel({ folder, found: files })
    : zooErrors.needsExport({ model: folder, files: foreign, recipe });
}

/** `training_args.bin` and the like lie beside weights of other formats. */
function isVague(name: string): boolean {
  return /\.bin$/i.test(name);
}

/** What lies in a folder; nothing where there is none. */
export async function namesIn(disk: ModelFiles, folder: string): Promise<readonly string[]> {
  return (await disk.names(folder)) ?? [];
}
