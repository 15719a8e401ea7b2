import { tell } from '../tasks.ts';

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
