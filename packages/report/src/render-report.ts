import { renderAttack, type AttackRun } from './attack-report/render-attack.ts';
import { renderComparison, type ComparisonRun } from './comparison-report/render-comparison.ts';
import { renderDiagnosis, type DiagnosisRun } from './diagnosis-report/render-diagnosis.ts';
import { reportErrors } from './errors.ts';
import { renderEvaluation, type EvaluationRun } from './evaluation-report/render-evaluation.ts';
import { renderExplanation, type ExplanationRun } from './explanation-report/render-explanation.ts';
import { renderProbe, type ProbeRun } from './probe-report/render-probe.ts';
import { renderVisualisation, type VisualisationRun } from './visualisation-report/render-visualisation.ts';
import type { RenderedReport, ReportedRun, ReportOptions } from './reported-run.ts';

interface Kind {
  /** Parameters that a record of this kind has, and what each of them is. */
  readonly has: Readonly<Record<string, 'list' | 'object'>>;
  render(run: ReportedRun, options: ReportOptions): Promise<RenderedReport>;
}

/** By `parameters.kind` of the record; one without it is an evaluation. */
const kinds: Readonly<Record<string, Kind>> = {
  evaluation: {
    has: { dataset: 'object', metrics: 'list', explainers: 'list' },
    render: (run, options) => renderEvaluation(run as EvaluationRun, options),
  },
  attack: {
    has: { dataset: 'object', attacks: 'list' },
    render: (run, options) => renderAttack(run as AttackRun, options),
  },
  explanation: {
    has: { dataset: 'object' },
    render: (run, options) => renderExplanation(run as ExplanationRun, options),
  },
  probe: {
    has: { dataset: 'object', probe: 'object' },
    render: (run, options) => renderProbe(run as ProbeRun, options),
  },
  comparison: {
    has: { dataset: 'object', other: 'object', metrics: 'list', explainers: 'list', attacks: 'list' },
    render: (run, options) => renderComparison(run as ComparisonRun, options),
  },
  diagnosis: {
    has: { dataset: 'object', metrics: 'list', explainers: 'list', attacks: 'list' },
    render: (run, options) => renderDiagnosis(run as DiagnosisRun, options),
  },
  visualisation: {
    has: { dataset: 'object', visualiser: 'object' },
    render: (run, options) => renderVisualisation(run as VisualisationRun, options),
  },
};

/** The report of a run of any kind: the same for the same run. Throws RUN_KIND_UNKNOWN. */
export async function renderReport(run: ReportedRun<unknown>, options: ReportOptions): Promise<RenderedReport> {
  const { record } = run;
  const folder = run.name;
  const parameters = objectOf(objectOf(record)['parameters']);
  const name = parameters['kind'] ?? 'evaluation';
  const kind = typeof name === 'string' && Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind === undefined) throw unknown(folder, `the kind ${JSON.stringify(name)}`);
  const missing = [
    ...Object.entries(kind.has).filter(([parameter, what]) => !is(what, parameters[parameter])),
    ...['model', 'versions'].flatMap((field) => (is('object', objectOf(record)[field]) ? [] : [[field] as const])),
  ][0];
  if (missing !== undefined) throw unknown(folder, `a record without ${missing[0]}, as ${name}s have`);
  return kind.render(run as ReportedRun, options);
}

function unknown(folder: string, found: string) {
  return reportErrors.runKindUnknown({ folder, found, known: Object.keys(kinds) });
}

function is(what: 'list' | 'object', value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value) !== (what === 'list')) return false;
  return !Array.isArray(value) || value.every((entry) => typeof objectOf(entry)['name'] === 'string');
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return is('object', value) ? (value as Readonly<Record<string, unknown>>) : {};
}
