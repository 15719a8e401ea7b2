import { signal } from '@preact/signals';
import { largestOf } from '@understory/core';
import { useEffect } from 'preact/hooks';
import type { GraphNodeFacts, GraphPart } from '../../engine/engine.ts';
import { chooseLayer } from '../actions.ts';
import { Problem } from '../parts/Problem.tsx';
import { engine, facts, layer, modelKey, modelRequest, shownMap, tool } from '../state.ts';
import { run } from '../tasks.ts';
import { layerName } from '../words.ts';

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
          <span class="key is-yes" /> a gradient passes
        </li>
        <li>
          <span class="key is-missing" /> no gradient rule
        </li>
        <li>
          <span class="key is-none" /> no gradient by its nature
        </li>
      </ul>
    </div>
  );
}

const cell = { width: 196, height: 58, gapX: 16, gapY: 26 };

/** Nodes in rows by their distance from the middle, edges between them. */
function Drawing({ part: { nodes, edges, middle } }: { readonly part: GraphPart }) {
  const depths = [...new Set(nodes.map(({ depth }) => depth))].sort((one, other) => one - other);
  const rows = depths.map((depth) => nodes.filter((node) => node.depth === depth));
  const widest = Math.max(1, largestOf(rows.map((row) => row.length)));
  const [width, height] = [widest * (cell.width + cell.gapX), rows.length * (cell.height + cell.gapY)];
  const places = new Map(
    rows.flatMap((row, at) =>
      row.map((node, column): [number, { x: number; y: number }] => [
        node.id,
        {
          x: (width - row.length * (cell.width + cell.gapX)) / 2 + column * (cell.width + cell.gapX) + cell.gapX / 2,
          y: at * (cell.height + cell.gapY),
        },
      ]),
    ),
  );
  return (
    <div class="graph" tabIndex={0} role="group" aria-label="The network around the layer; choose a node to go there">
      <div class="graph-inner" style={{ width: `${width}px`, height: `${height}px` }}>
        <svg width={width} height={height} aria-hidden="true">
          {edges.map(({ from, to }, at) => {
            const [one, other] = [places.get(from), places.get(to)];
            if (one === undefined || other === undefined) return null;
            const [x1, y1, x2, y2] = [one.x + cell.width / 2, one.y + cell.height, other.x + cell.width / 2, other.y];
            const bend = Math.max(12, (y2 - y1) / 2);
            return <path key={at} d={`M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`} />;
          })}
        </svg>
        {nodes.map((node) => {
          const { x, y } = places.get(node.id)!;
          return <Node key={node.id} node={node} isMiddle={node.id === middle} left={x} top={y} />;
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
  const shape =
    dims
      ?.slice(1)
      .map((each) => each ?? '?')
      .join(' × ') ?? 'shape not known';
  const words = { yes: 'a gradient passes', missing: 'no gradient rule', none: 'no gradient by its nature' }[gradient];
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
        <span class="only-read">, {words}</span>
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
