import type { Preprocessing } from './preprocessing.ts';
import { parsePythonLiteral } from './python-literal.ts';
import type { Size } from './rgb-image.ts';

/** What the metadata of a model file says of its labels and pictures. */
export interface MetadataReading {
  /** One a class. */
  readonly labels?: readonly string[];
  readonly preprocessing?: Preprocessing;
  /** What is not understood, a sentence each. */
  readonly notes: readonly string[];
}

type Metadata = Readonly<Record<string, string>>;

/** Pictures of these are fitted into the input and padded with grey. */
const letterboxed = ['detect', 'segment', 'pose', 'obb'];

/** Where an export says neither in its input nor in its metadata how large it is. */
const usualSize: Size = { width: 640, height: 640 };

const grey = 114;

/**
 * What the exporters of Ultralytics write into a model file: `stride`, `names`, and all but the oldest `task` and `imgsz`.
 *
 * Pictures of detectors are letterboxed as in Ultralytics' own prediction: into the input where its size (`input`) is fixed, otherwise into `imgsz`
 * with the padding that the stride asks for. Classifiers see the middle, RT-DETR a stretched picture; pixels are scaled to 0..1.
 * Undefined where the metadata are not theirs.
 */
export function readYoloMetadata(metadata: Metadata, input?: Size): MetadataReading | undefined {
  const stride = positive(parsePythonLiteral(metadata['stride'] ?? ''));
  const { names: named, task = 'detect', imgsz = '' } = metadata;
  if (stride === undefined || named === undefined) return undefined;
  const labels = labelsOf(parsePythonLiteral(named));
  const channels = metadata['channels'] === undefined ? 3 : Number(metadata['channels']);
  const notes = labels === undefined ? ['the names of classes in the metadata of the model cannot be read'] : [];
  const known = letterboxed.includes(task) || task === 'classify';
  if (!known || (channels !== 1 && channels !== 3)) {
    const what = known ? `pictures of ${metadata['channels']} channels` : `the task ${task}`;
    const note = `how pictures are prepared for ${what} of Ultralytics is not known here`;
    return { ...(labels && { labels }), notes: [...notes, note] };
  }
  const size = input ?? sizeOf(parsePythonLiteral(imgsz)) ?? usualSize;
  const preprocessing: Preprocessing = {
    ...placement(metadata, task, { size, stride, isOpen: input === undefined }),
    rescale: 1 / 255,
    mean: Array(channels).fill(0),
    std: Array(channels).fill(1),
    channels,
    order: 'RGB',
    layout: 'NCHW',
  };
  return { ...(labels && { labels }), preprocessing, notes };
}

function placement(
  { head = '', description = '' }: Metadata,
  task: string,
  { size, stride, isOpen }: { readonly size: Size; readonly stride: number; readonly isOpen: boolean },
): Pick<Preprocessing, 'resize' | 'crop' | 'pad'> {
  const { width, height } = size;
  if (task === 'classify') {
    const filter = 'bilinear';
    if (width !== height) return { resize: { kind: 'exact', width, height, filter } };
    return { resize: { kind: 'shorterSide', length: width, filter }, crop: { width, height } };
  }
  const filter = 'opencvLinear';
  if (/^RTDETR/i.test(head) || /rt-?detr/i.test(description))
    return { resize: { kind: 'exact', width, height, filter } };
  return {
    resize: { kind: 'fit', width, height, rounding: 'halfEven', filter },
    pad: { to: isOpen ? { multipleOf: stride } : { width, height }, position: 'center', fill: { level: grey } },
  };
}

/** Of a list, or a dictionary from 0 on without gaps. */
function labelsOf(names: unknown): readonly string[] | undefined {
  const listed = names instanceof Map ? Array.from({ length: names.size }, (_, index) => names.get(index)) : names;
  if (!Array.isArray(listed) || listed.length === 0) return undefined;
  return listed.every((name) => typeof name === 'string') ? listed : undefined;
}

/** Height comes first; one number is a square. */
function sizeOf(found: unknown): Size | undefined {
  const [height, width = height] = (Array.isArray(found) ? found : [found]).map(positive);
  return height === undefined || width === undefined ? undefined : { width, height };
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
