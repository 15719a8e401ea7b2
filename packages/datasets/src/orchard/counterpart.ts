import type { CaptionTest } from '@understory/core';
import { exchangeColours, exchangePlaces } from './mirror.ts';
import { fruitColours, fruitKinds } from './scene.ts';
import type { Fruit, Scene } from './scene.ts';

/**
 * The scene that differs from another in what a test of its captions changes, so that the false captions are true of it and the true ones
 * false; undefined where there is none, and where the mirror image is such a scene.
 */
export function counterpart(
  scene: Scene,
  { kind, against: [against = ''], box, onMirror }: CaptionTest,
): Scene | undefined {
  if (onMirror === 'against') return undefined;
  switch (kind) {
    case 'above-below':
    case 'word-order':
      return exchangePlaces(scene);
    case 'binding':
      return exchangeColours(scene);
    case 'object': {
      const meant = meantIn(scene, box);
      const kind = fruitKinds.find((each) => against.split(' ').includes(each));
      const [first, second] = scene.objects;
      // Captions tell two fruit of one kind apart by their colours; else all of that kind change, or another would keep the true caption true.
      const isNamed = first?.kind === second?.kind;
      return kind && changed(scene, (fruit) => (isNamed ? fruit === meant : fruit.kind === meant?.kind), { kind });
    }
    case 'attribute': {
      const meant = meantIn(scene, box);
      const colour = fruitColours.find((each) => against.split(' ').includes(each));
      return colour && changed(scene, (fruit) => fruit === meant, { colour });
    }
    default:
      return undefined;
  }
}

function meantIn({ objects }: Scene, box: CaptionTest['box']): Fruit | undefined {
  return objects.find((fruit) => fruit.box.x === box?.x && fruit.box.y === box.y && fruit.box.width === box.width);
}

function changed(scene: Scene, which: (fruit: Fruit) => boolean, change: Partial<Fruit>): Scene {
  return { ...scene, objects: scene.objects.map((fruit) => (which(fruit) ? { ...fruit, ...change } : fruit)) };
}
