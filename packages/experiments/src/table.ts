/** A table of the finished run: how each row of the experiment becomes records of it. */
export interface Table<Row> {
  /** Also the name of its files. */
  readonly name: string;
  /** Any number of records a row; their keys are the columns, behind `item`, in the order in which they first appear. */
  records(row: Row, item: string): Iterable<Readonly<Record<string, unknown>>>;
}

/** What a column holds: the narrowest kind that fits all its values; JSON where no other does. */
type ColumnKind = 'number' | 'text' | 'flag' | 'numbers' | 'json';

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** The columns of records that are shown to it one after the other. */
export function observeColumns(): {
  readonly see: (record: Readonly<Record<string, unknown>>) => void;
  readonly columns: () => readonly Column[];
} {
  const kinds = new Map<string, ColumnKind | undefined>();
  return {
    see(record) {
      for (const [name, value] of Object.entries(record)) {
        const known = kinds.get(name);
        const kind = kindOf(value);
        kinds.set(name, known === undefined || kind === undefined || known === kind ? (known ?? kind) : 'json');
      }
    },
    columns: () => [...kinds].map(([name, kind = 'text']) => ({ name, kind })),
  };
}

/** Undefined for what says nothing: a missing value. */
function kindOf(value: unknown): ColumnKind | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number') return 'number';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'flag';
  return Array.isArray(value) && value.every((entry) => typeof entry === 'number') ? 'numbers' : 'json';
}
