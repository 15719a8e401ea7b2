/**
 * Writes scenes of the orchard for training and for held-out tests, as orchard_clip.py reads them. `npm run build` comes first.
 *
 *   node tools/train/orchard_scenes.mjs FOLDER --seed 1 --count 12000 [--size 64] [--plain]
 *
 * FOLDER/images.u8 holds `[count, 3, size, size, 3]` bytes: each scene, the scene with its two fruit in each other's place, and the
 * scene with their colours exchanged. FOLDER/scenes.jsonl holds one scene a line: its axis, the fruit of the three pictures with
 * their boxes in pixels, and its tests of captions.
 * With --plain all scenes are those of the data set's defaults; otherwise one in four is cluttered or hard.
 */
import { captionTests, exchangeColours, exchangePlaces } from '@understory/datasets/orchard';
import { writeScenes } from './orchard_pictures.mjs';

await writeScenes(12_000, (scene) => {
  const pictures = [scene, exchangePlaces(scene), exchangeColours(scene)];
  const objects = pictures.map((picture) =>
    picture.objects.map(({ kind, colour, box: { x, y, width, height } }) => [kind, colour, x, y, width, height]),
  );
  const tests = captionTests(scene).map(({ box, ...test }) => test);
  return { pictures, line: { axis: scene.axis, objects, tests } };
});
