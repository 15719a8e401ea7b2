import type { FunctionComponent } from 'preact';
import { about, facts, tool, type ToolName } from '../state.ts';
import { Attack } from '../tools/Attack.tsx';
import { Compare } from '../tools/Compare.tsx';
import { Deletion } from '../tools/Deletion.tsx';
import { Graph } from '../tools/Graph.tsx';
import { Look } from '../tools/Look.tsx';
import { Patches } from '../tools/Patches.tsx';
import { Runs } from '../tools/Runs.tsx';
import { Visualise } from '../tools/Visualise.tsx';
import { Words } from '../tools/Words.tsx';

const tools: Readonly<Record<ToolName, { readonly title: string; readonly part: FunctionComponent }>> = {
  look: { title: 'Look', part: Look },
  compare: { title: 'Grid', part: Compare },
  deletion: { title: 'Deletion', part: Deletion },
  patches: { title: 'Patches', part: Patches },
  attack: { title: 'Attack', part: Attack },
  visualise: { title: 'Visualise', part: Visualise },
  words: { title: 'Words', part: Words },
  graph: { title: 'Network', part: Graph },
  runs: { title: 'Runs', part: Runs },
};

/** What can be done with the picture, one beside the other. */
export function Tools() {
  const names = (Object.keys(tools) as ToolName[]).filter((name) => isOffered(name));
  const { part: Part } = tools[tool.value];
  const go = (step: number) => {
    const next = names[(names.indexOf(tool.value) + step + names.length) % names.length]!;
    tool.value = next;
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <>
      <div
        class="tabs"
        role="tablist"
        aria-label="Tools"
        onKeyDown={(event) => {
          if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
          event.preventDefault();
          go(event.key === 'ArrowRight' ? 1 : -1);
        }}
      >
        {names.map((name) => (
          <button
            type="button"
            key={name}
            role="tab"
            id={`tab-${name}`}
            aria-selected={name === tool.value}
            aria-controls="tool"
            tabIndex={name === tool.value ? 0 : -1}
            onClick={() => (tool.value = name)}
          >
            {tools[name].title}
          </button>
        ))}
      </div>
      <div class="tool" id="tool" role="tabpanel" aria-labelledby={`tab-${tool.value}`}>
        <Part />
      </div>
    </>
  );
}

/** Words are for models that read text, and runs for those who have a server. */
function isOffered(name: ToolName): boolean {
  if (name === 'words') return facts.value?.recognised?.asks !== 'nothing';
  return name !== 'runs' || about.value?.kind === 'served';
}
