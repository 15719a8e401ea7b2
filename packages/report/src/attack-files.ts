import { createHash } from 'node:crypto';

/** The folder of a run that holds adversarial images, if it keeps them all. */
export const adversarialFolder = 'adversarial';

/** The folder of a run that holds an `AttackExampleRecord` for each image kept, in the folder that `folderOfItem` names. */
export const attackExampleFolder = 'examples';

/** The name of the record in the folder of an example. */
export const attackExampleFile = 'example.json';

/** Where the adversarial image of an item lies in a run that keeps them all. */
export function adversarialPicture(item: string, attack: string): string {
  return `${adversarialFolder}/${folderOfItem(item)}/${fileOfAttack(attack)}.png`;
}

/** The folder for files of an item: its id, with a mark on each part that no file may be called. */
export function folderOfItem(item: string): string {
  return item.split('/').map(fileName).join('/');
}

/** What files of an attack are called, without their ending. */
export function fileOfAttack(attack: string): string {
  return fileName(attack.replaceAll(/[:, ]/g, '_').replaceAll('=', '-'));
}

/** The text itself where it may be the name of a file, else what is left of it with a hash, so that no two texts share one. */
function fileName(text: string): string {
  const safe = text
    .replaceAll(/[^\p{L}\p{N}+._-]+/gu, '_')
    .replaceAll(/^[._]+|[._]+$/g, '')
    .slice(0, 80);
  if (safe === text && text !== '') return text;
  const mark = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return safe === '' ? mark : `${safe}-${mark}`;
}
