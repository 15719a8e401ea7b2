import { fileName } from '../common/file-name.ts';

/** The folder of a run that holds adversarial images, if it keeps them all. */
export const adversarialFolder = 'adversarial';

/** The folder of a run that holds an `AttackExampleRecord` for each image kept, in the folder that `folderOfItem` names. */
export const attackExampleFolder = 'examples';

/** Where the adversarial image of an item lies in a run that keeps them all. */
export function adversarialPicture(item: string, attack: string): string {
  return `${adversarialFolder}/${folderOfItem(item)}/${fileOfAttack(attack)}.png`;
}

/** The folder for files of an item. */
export function folderOfItem(item: string): string {
  return fileName(item);
}

/** What files of an attack are called, without their ending. */
export function fileOfAttack(attack: string): string {
  return fileName(attack);
}
