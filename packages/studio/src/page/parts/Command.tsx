import type { StudySpecInput } from '@understory/studies';
import { commandLine } from '../../words/command-line.ts';
import { save } from '../draw/figure.ts';
import { about } from '../state.ts';
import { tell } from '../tasks.ts';
import { without } from '../without.ts';

/** A study as a command and as the file that `understory run` takes. */
export function CommandOf({ spec, name }: { readonly spec: StudySpecInput; readonly name: string }) {
  // A browser's devices are not those of the command.
  const told = about.value?.kind === 'page' ? (without(spec, 'devices') as StudySpecInput) : spec;
  return (
    <>
      <Command text={commandLine(told)} />
      <p class="row keep-as">
        <button
          type="button"
          class="plain"
          aria-label="Specification of this study"
          onClick={() => save(`${name}.json`, JSON.stringify(told, null, 2), 'application/json')}
        >
          Specification
        </button>
      </p>
    </>
  );
}

/** The same as a command, to be copied; nothing where no command says it. */
export function Command({ text }: { readonly text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <div class="command">
      <code tabIndex={0} aria-label="The same as a command">
        {text}
      </code>
      <button
        type="button"
        class="plain"
        onClick={() => void navigator.clipboard.writeText(text).then(() => tell('The command was copied'))}
      >
        Copy
      </button>
    </div>
  );
}
