/**
 * Writes scenes of the orchard with questions about them, as orchard_mdetr.py reads them. `npm run build` comes first.
 *
 *   node tools/train/orchard_questions.mjs FOLDER --seed 1 --count 4000 [--size 64] [--plain]
 *
 * FOLDER/images.u8 holds `[count, 2, size, size, 3]` bytes: each scene, and the scene with its two fruit in each other's place.
 * FOLDER/scenes.jsonl holds one scene a line: of both pictures, and of the mirror images of both, the fruit and the questions.
 * With --plain all scenes are those of the data set's defaults; otherwise one in four is cluttered or hard.
 */
import { exchangePlaces, mirror, questions } from '@understory/datasets/orchard';
import { writeScenes } from './orchard_pictures.mjs';

const sides = ({ x, y, width, height }) => [x, y, width, height];

function described(scene) {
  return {
    objects: scene.objects.map(({ kind, colour, box }) => ({ kind, colour, box: sides(box) })),
    questions: questions(scene).map(({ kind, phrasings, answer, answerType, box }) => ({
      ...{ kind, phrasings, answer, answerType },
      ...(box && { box: sides(box) }),
    })),
  };
}

await writeScenes(4000, (scene) => {
  const pictures = [scene, exchangePlaces(scene)];
  return { pictures, line: [...pictures, ...pictures.map(mirror)].map(described) };
});
