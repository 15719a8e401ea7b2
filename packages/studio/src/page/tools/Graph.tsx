import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { GraphNodeFacts, GraphPart } from '../../engine/engine.ts';
import { chooseLayer } from '../actions.ts';
import { inspectLine } from '../../words/command-line.ts';
import { cell, graphSvg, layOut, passes, shapeOf } from '../draw/graph.ts';
import { Command } from '../parts/Command.tsx';
import { KeepAs } from '../parts/KeepAs.tsx';
import { Problem } from '../parts/Problem.tsx';
import { engine, facts, layer, modelKey, modelRequest, shownMap, tool } from '../state.ts';
import { run } from '../tasks.ts';
import { layerName, stem } from '../words.ts';

const around = signal<string | null>(null);
const steps = signal(3);
const part = signal<GraphPart | null>(null);

/** The part of the network around the layer that is explained, for choosing another. */
export function Graph() {
  const middle = around.value ?? (layer.value === 'auto' ? shownMap.value?.layer : layer.value) ?? undefined;
  useEffect(() => {
    around.value = null;
  }, [modelKey.value]);
  useEffect(() => {
    void run(
      'graph',
      'Reading the graph',
      (call) => engine.value!.graph({ ...modelRequest.value, around: middle, steps: steps.value }, call),
      { isQuiet: true },
    ).then((found) => {
      if (found !== undefined) part.value = found;
    });
  }, [modelKey.value, middle, steps.value]);
  const shown = part.value;
  return (
    <div>
      <div class="row">
        <label>
          Steps{' '}
          <select value={steps.value} onChange={(event) => (steps.value = Number(event.currentTarget.value))}>
            {[1, 2, 3, 5, 8].map((count) => (
              <option key={count}>{count}</option>
            ))}
          </select>
        </label>
        <label>
          Around{' '}
          <select value={middle ?? ''} onChange={(event) => (around.value = event.currentTarget.value)}>
            {(facts.value?.layers ?? []).map(({ name }) => (
              <option key={name} value={name}>
                {layerName(name)}
              </option>
            ))}
          </select>
        </label>
        <span class="quiet">{shown === null ? '' : `${shown.nodes.length} of ${shown.size} nodes`}</span>
      </div>
      <Problem slot="graph" />
      {shown !== null && <Drawing part={shown} />}
      <ul class="legend">
        <li>
          <span class="key is-yes" /> {passes.yes}
        </li>
        <li>
          <span class="key is-missing" /> {passes.missing}
        </li>
        <li>
          <span class="key is-none" /> {passes.none}
        </li>
      </ul>
      {shown !== null && (
        <KeepAs name={`${stem(modelRequest.value.model)}.graph`} what="the graph" svg={() => graphSvg(shown)} />
      )}
      <Command text={inspectLine(modelRequest.value)} />
    </div>
  );
}

/** Nodes in rows by their distance from the middle, edges between them. */
function Drawing({ part }: { readonly part: GraphPart }) {
  const { width, height, places, lines } = layOut(part);
  return (
    <div class="graph" tabIndex={0} role="group" aria-label="The network around the layer; choose a node to go there">
      <div class="graph-inner" style={{ width: `${width}px`, height: `${height}px` }}>
        <svg width={width} height={height} aria-hidden="true">
          {lines.map((line, at) => (
            <path key={at} d={line} />
          ))}
        </svg>
        {part.nodes.map((node) => {
          const { x, y } = places.get(node.id)!;
          return <Node key={node.id} node={node} isMiddle={node.id === part.middle} left={x} top={y} />;
        })}
      </div>
    </div>
  );
}

function Node({
  node,
  isMiddle,
  left,
  top,
}: {
  readonly node: GraphNodeFacts;
  readonly isMiddle: boolean;
  readonly left: number;
  readonly top: number;
}) {
  const { operator, output, dims, gradient, isLayer, modules } = node;
  const shape = shapeOf(dims);
  return (
    <div
      class={`node is-${gradient}${isMiddle ? ' is-middle' : ''}`}
      style={{ left: `${left}px`, top: `${top}px`, width: `${cell.width}px`, height: `${cell.height}px` }}
    >
      <button
        type="button"
        class="node-name"
        aria-current={isMiddle ? 'true' : undefined}
        disabled={!isLayer}
        onClick={() => (around.value = output)}
        title={[output, ...modules].join('\n')}
      >
        <b>{operator}</b> <span>{shape}</span>
        <small>{layerName(output)}</small>
        <span class="only-read">, {passes[gradient]}</span>
      </button>
      {isLayer && gradient === 'yes' && (
        <button
          type="button"
          class="plain node-look"
          aria-label={`look at ${layerName(output)}`}
          onClick={() => {
            tool.value = 'look';
            void chooseLayer(output);
          }}
        >
          look
        </button>
      )}
    </div>
  );
}
