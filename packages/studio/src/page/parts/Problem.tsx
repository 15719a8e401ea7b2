import { correct } from '../actions.ts';
import { forgetProblem, problems, type Slot } from '../tasks.ts';
import type { ModelRequest } from '../../engine/engine.ts';

/** Settings that a remedy may name and the page can make by itself. */
const settable: readonly string[] = ['task', 'input', 'output', 'logits', 'question', 'layout'];

/** What went wrong in a slot: the code, what was found and what to do next. */
export function Problem({ slot }: { readonly slot: Slot }) {
  const problem = problems.value[slot];
  if (problem === undefined) return null;
  const { message, code = problem.name, found, expected, next, remedy } = problem;
  const settings =
    remedy?.kind === 'settings'
      ? remedy.settings.filter(({ name, value }) => value !== undefined && settable.includes(name))
      : [];
  return (
    <div class="problem" role="alert">
      <p class="problem-head">
        <strong>{message}</strong> <code>{code}</code>
      </p>
      <dl>
        {found !== undefined && (
          <>
            <dt>Found</dt>
            <dd>{found}</dd>
          </>
        )}
        {expected !== undefined && (
          <>
            <dt>Expected</dt>
            <dd>{expected}</dd>
          </>
        )}
        {next !== undefined && (
          <>
            <dt>Next</dt>
            <dd>{next}</dd>
          </>
        )}
      </dl>
      <p class="row">
        {settings.map(({ name, value }) => (
          <button type="button" key={name} onClick={() => void correct({ [name]: value } as Partial<ModelRequest>)}>
            Set {name} to {value}
          </button>
        ))}
        <button type="button" class="plain" onClick={() => forgetProblem(slot)}>
          Dismiss
        </button>
      </p>
    </div>
  );
}
