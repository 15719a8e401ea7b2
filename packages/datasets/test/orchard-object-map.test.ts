import { describe, expect, it } from '@jest/globals';
import { mirror, objectMap, orchardScene, render, type Scene } from '../src/orchard/index.ts';

const scenes = [0, 1, 2, 3].map((index) =>
  orchardScene('a test of maps', index, { size: 96, difficulty: 'hard', clutter: 2 }),
);

describe('the map of objects', () => {
  it.each(scenes.map((scene, at) => [at, scene] as const))(
    'of scene %i has each fruit within its box, and fills the box',
    (_, scene) => {
      const map = objectMap(scene);
      scene.objects.forEach(({ box }, at) => {
        const pixels = [...map.keys()].filter((pixel) => map[pixel] === at + 1);
        const [xs, ys] = [pixels.map((pixel) => pixel % 96), pixels.map((pixel) => Math.floor(pixel / 96))];
        const found = [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1];
        const expected = [box.x, box.y, box.x + box.width, box.y + box.height];
        // A pixel belongs to a fruit that covers half of it, so that thin ends such as stalks may lack one or two.
        found.forEach((side, edge) => expect(Math.abs(side - expected[edge]!)).toBeLessThan(2.5));
        expect(pixels.length).toBeGreaterThan(0.25 * box.width * box.height);
      });
    },
  );

  it('has the background where the picture of the scene without fruit is the same', () => {
    const scene = { ...scenes[0]!, background: { kind: 'plain', colour: [220, 220, 220] } } as const;
    const [map, picture] = [objectMap(scene), render(scene).data];
    const bare = [...map.keys()].filter((pixel) =>
      picture.slice(3 * pixel, 3 * pixel + 3).every((level) => level === 220),
    );
    expect(bare.length).toBeGreaterThan(5000);
    expect(bare.every((pixel) => map[pixel] === 0)).toBe(true);
  });

  it('of a mirrored scene is mirrored', () => {
    // By name: the first of a scene's fruit is always the left or the upper one.
    const namesOf = (scene: Scene) =>
      Array.from(
        objectMap(scene),
        (object) => `${scene.objects[object - 1]?.kind} ${scene.objects[object - 1]?.colour}`,
      );
    const [names, mirrored] = [namesOf(scenes[1]!), namesOf(mirror(scenes[1]!))];
    const different = names.filter((name, pixel) => name !== mirrored[Math.floor(pixel / 96) * 96 + 95 - (pixel % 96)]);
    // Of a pixel that is covered by exactly a half either side may win.
    expect(different.length).toBeLessThan(4);
  });
});
