/** The largest error of each network by exporter, over its settings, as a table in Markdown; of a network that failed in one, how many did. */
export function tableOf(outcomes) {
  const rows = new Map();
  const exporters = new Set();
  for (const { id, outcome } of outcomes) {
    const [name, setting] = id.split('/');
    const exporter = setting.replace(/-.*$/, '');
    const library = /^(?:keras|paddle)-/.exec(name)?.[0] ?? '';
    const network = name.slice(library.length);
    exporters.add(exporter);
    const row = rows.get(network) ?? new Map();
    rows.set(network, row.set(exporter, [...(row.get(exporter) ?? []), outcome]));
  }
  const columns = [...exporters];
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    line(['network', ...columns]),
    line(['---', ...columns.map(() => '---')]),
    ...[...rows].map(([network, row]) => line([network, ...columns.map((exporter) => cellOf(row.get(exporter)))])),
  ].join('\n');
}

function cellOf(outcomes) {
  if (outcomes === undefined) return '';
  const failed = outcomes.filter(({ failure }) => failure !== undefined).length;
  if (failed > 0) return `${failed} of ${outcomes.length} failed`;
  return Math.max(...outcomes.map(({ error }) => error)).toExponential(1);
}
