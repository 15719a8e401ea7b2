import type { Background, Fruit, Scene } from './scene.ts';

/** The scene with left and right exchanged; its picture is the mirror image of the scene's. */
export function mirror(scene: Scene): Scene {
  const objects = scene.objects.map((fruit) => ({
    ...fruit,
    box: { ...fruit.box, x: scene.size - fruit.box.x - fruit.box.width },
    flipped: !fruit.flipped,
  }));
  return {
    ...scene,
    // The first is the one on the left.
    objects: scene.axis === 'horizontal' ? [...objects.slice(0, 2).reverse(), ...objects.slice(2)] : objects,
    background: mirrored(scene.background),
    light: scene.light === 'left' ? 'right' : 'left',
  };
}

/** The scene whose first two fruit have changed places, each with its own size as far as the picture's edges let it. */
export function exchangePlaces(scene: Scene): Scene {
  const [first, second, ...clutter] = scene.objects as [Fruit, Fruit, ...Fruit[]];
  return { ...scene, objects: [at(second, first, scene.size), at(first, second, scene.size), ...clutter] };
}

/** The scene whose first two fruit have changed colours. */
export function exchangeColours(scene: Scene): Scene {
  const [first, second, ...clutter] = scene.objects as [Fruit, Fruit, ...Fruit[]];
  return {
    ...scene,
    objects: [{ ...first, colour: second.colour }, { ...second, colour: first.colour }, ...clutter],
  };
}

/** A fruit around the middle of another. */
function at(fruit: Fruit, place: Fruit, size: number): Fruit {
  const { width, height } = fruit.box;
  const near = (middle: number, side: number) => Math.max(0, Math.min(size - side, middle - side / 2));
  const x = near(place.box.x + place.box.width / 2, width);
  const y = near(place.box.y + place.box.height / 2, height);
  return { ...fruit, box: { x, y, width, height } };
}

function mirrored(background: Background): Background {
  return background.kind === 'photograph' ? { ...background, flipped: !background.flipped } : background;
}
