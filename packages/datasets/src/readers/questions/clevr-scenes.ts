import { isJsonObject, type Box } from '@understory/core';
import type { Size } from '@understory/imaging';
import { datasetErrors } from '../../errors.ts';
import { kindOfJson } from '../captions/entries.ts';
import { firstOf } from '../captions/pictures.ts';
import type { ClevrObject, ClevrScene } from './clevr-program.ts';
import { readObject } from './question-files.ts';

/** A scene with about where its objects lie in the picture. */
export interface PlacedScene extends ClevrScene {
  /** In pixels of the picture; undefined where the scene does not say. */
  readonly boxes: readonly (Box | undefined)[];
}

/** How CLEVR renders its pictures. */
const rendered: Size = { width: 480, height: 320 };

/**
 * The scenes of a split by the name of their picture, boxes in pixels of pictures of a size; undefined where there are none.
 * Throws DATASET_LABELS_INVALID.
 */
export async function clevrScenes(
  path: string,
  names: readonly string[],
  size: Size = rendered,
): Promise<ReadonlyMap<string, PlacedScene> | undefined> {
  const file = await firstOf(
    path,
    names.flatMap((name) => [`scenes/${name}`, name]),
    'file',
  );
  if (file === undefined) return undefined;
  const whole = `${path.replaceAll('\\', '/')}/${file}`;
  const { scenes } = await readObject(whole, 'an object with scenes');
  if (!Array.isArray(scenes)) {
    throw datasetErrors.labelsInvalid({
      file: whole,
      found: `"scenes": ${kindOfJson(scenes)}`,
      expected: 'a list of scenes',
    });
  }
  return new Map(
    scenes.map((scene: unknown, at) => {
      const {
        image_filename: picture,
        objects,
        relationships,
        directions,
      } = Object(scene) as Readonly<Record<string, unknown>>;
      if (typeof picture !== 'string' || !Array.isArray(objects)) {
        const place = `scene ${at + 1}`;
        throw datasetErrors.labelsInvalid({
          file: whole,
          place,
          found: JSON.stringify(Object.keys(Object(scene) as object)),
          expected: 'image_filename, objects',
        });
      }
      return [
        picture,
        {
          objects: objects.map((object: unknown) => Object(object) as ClevrObject),
          relationships: (isJsonObject(relationships) ? relationships : {}) as ClevrScene['relationships'],
          boxes: objects.map((object: unknown) => scaled(boxOf(Object(object) as Placed, directions), size)),
        },
      ] as const;
    }),
  );
}

function scaled(box: Box | undefined, { width, height }: Size): Box | undefined {
  if (box === undefined) return undefined;
  const [across, down] = [width / rendered.width, height / rendered.height];
  return { x: box.x * across, y: box.y * down, width: box.width * across, height: box.height * down };
}

interface Placed {
  readonly shape?: unknown;
  /** Degrees around the vertical. */
  readonly rotation?: unknown;
  /** Of the middle, in pixels, and how far it is from the camera. */
  readonly pixel_coords?: unknown;
  /** Of the middle; the third is its height, which is half the object's. */
  readonly '3d_coords'?: unknown;
}

/** Pixels that one unit takes one unit away from the camera: a lens of 35 mm before a sensor of 32 mm, 480 pixels wide. */
const focal = (35 / 32) * rendered.width;
/** The camera looks down by about this. */
const [cosine, sine] = [Math.cos(0.5), Math.sin(0.5)];

/** CLEVR gives no boxes: one around the object as the camera sees a ball, a cylinder or a cube of its size there. */
function boxOf(
  { shape, rotation, pixel_coords: pixel, '3d_coords': space }: Placed,
  directions: unknown,
): Box | undefined {
  const numbers = (list: unknown): readonly number[] =>
    Array.isArray(list) && list.every(Number.isFinite) ? (list as number[]) : [];
  const [x, y, away] = numbers(pixel);
  const [, , half] = numbers(space);
  if (x === undefined || y === undefined || away === undefined || half === undefined || !(away > 0) || !(half > 0))
    return undefined;
  const [right = 1, forward = 0] = numbers((Object(directions) as { readonly right?: unknown }).right);
  const turn = (Number(rotation ?? 0) * Math.PI) / 180 - Math.atan2(forward, right);
  const wide = shape === 'cube' ? Math.abs(Math.cos(turn)) + Math.abs(Math.sin(turn)) : 1;
  const high = shape === 'sphere' ? 1 : cosine + sine * wide;
  const scale = (focal * half) / away;
  return { x: x - scale * wide, y: y - scale * high, width: 2 * scale * wide, height: 2 * scale * high };
}
