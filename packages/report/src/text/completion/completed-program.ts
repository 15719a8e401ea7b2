/** What is completed at a place. */
export interface CompletedValues {
  readonly words: readonly string[];
  /** Whether several go behind each other with commas between them. */
  readonly isList: boolean;
  /** Whether files complete as well. */
  readonly orFiles?: boolean;
}

export interface CompletedOption {
  /** `--out`, `-o`. */
  readonly flags: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  /** Files complete a value without them. */
  readonly values: CompletedValues | undefined;
}

export interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** Of the first argument; files without them. */
  readonly first: CompletedValues | undefined;
}

/** What stands behind the name of a program. */
export interface CompletedProgram {
  readonly name: string;
  readonly commands: readonly CompletedCommand[];
}

/** Every command by name with what it does, the one that prints help included. */
export function namesOf({ commands }: CompletedProgram): readonly Pick<CompletedCommand, 'name' | 'description'>[] {
  return [...commands, { name: 'help', description: 'print the help of a command' }];
}

/** For any shell that reads text between single quotes as it is. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
