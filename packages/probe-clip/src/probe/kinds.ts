/** Kinds of caption tests that ask where things are. */
export const spatialKinds = ['left-right', 'above-below'] as const;

/** The kind that asks what is there: what a model has to know before it can know where. */
export const controlKind = 'object';

/** The order of tables and charts; other kinds follow as they come. */
const order = [
  controlKind,
  'attribute',
  'binding',
  ...spatialKinds,
  'front-behind',
  'relation',
  'addition',
  'word-order',
];

const titles: Readonly<Record<string, string>> = {
  object: 'objects (control)',
  attribute: 'attributes',
  binding: 'attribute binding',
  'left-right': 'left and right',
  'above-below': 'above and below',
  'front-behind': 'in front and behind',
  relation: 'relations',
  addition: 'additions',
  'word-order': 'word order',
};

export function isSpatial(kind: string): boolean {
  return spatialKinds.some((each) => each === kind);
}

/** Kinds in the order in which they are shown. */
export function inOrder(kinds: Iterable<string>): readonly string[] {
  const place = (kind: string) => (order.includes(kind) ? order.indexOf(kind) : order.length);
  return [...new Set(kinds)].sort((one, other) => place(one) - place(other) || (one < other ? -1 : 1));
}

export function titleOf(kind: string): string {
  return titles[kind] ?? kind;
}
