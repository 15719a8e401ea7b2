import { dirname, join, relative, resolve, sep } from 'node:path';
import { writeWhole } from '@understory/environment-node';
import { nodeStore } from '@understory/experiments/node';
import type { ColourMapName } from '@understory/imaging';
import { makeListReport, makeReport, type MadeReport } from '@understory/report';
import { toPng } from '@understory/report/png';
import { listFiles, type StoredStudyList } from '@understory/studies';
import type { DecidedClaim } from '@understory/studies/results';
import { cliErrors } from './errors.ts';
import { errorRecord } from './formatters/json.ts';
import type { ExitCode, Io } from './io.ts';
import { version } from './manifest.ts';
import { formatError } from './report-error.ts';
import { environmentOf } from './environment-of.ts';

export interface ReportRequest {
  readonly folder: string;
  /** The HTML file; report.html in the folder without it. */
  readonly out?: string | undefined;
  readonly colourMap?: ColourMapName | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

/** What was written, for people and as --json has it. */
interface Written {
  /** Of a list that has some. */
  readonly claims?: readonly DecidedClaim[];
  readonly code: ExitCode;
  readonly files: readonly string[];
  readonly document: object;
}

/** Writes the report of a run folder; throws NOTHING_MEASURED and what reading and writing throws. */
export async function writeReport(request: ReportRequest, io: Io): Promise<Written> {
  const { folder, out: page = join(folder, listFiles.report) } = request;
  const made = await makeReport(nodeStore(resolve(io.cwd, folder)), folder, optionsOf(request, io));
  const { failed } = made.run;
  if (made.report.images === 0)
    throw cliErrors.nothingMeasured({ folder, found: `${failed.length} images that failed` });
  await writeWhole(resolve(io.cwd, page), made.report.html);
  return told(made, page, request, io);
}

/** Writes the page of a list of studies over the reports of its studies, which are written too; throws where nothing can be written. */
export async function writeListReport(list: StoredStudyList, request: ReportRequest, io: Io): Promise<Written> {
  const { folder, out: page = join(folder, listFiles.report), json = false } = request;
  const pageOf = (name: string) => join(folder, name, listFiles.report);
  const { html, studies, claims, figures } = await makeListReport(list, {
    ...{ ...optionsOf(request, io), version },
    store: nodeStore(resolve(io.cwd, folder)),
    storeOf: (name) => nodeStore(resolve(io.cwd, folder, name)),
    nameOf: (name) => join(folder, name),
    hrefOf(name) {
      const parts = relative(dirname(resolve(io.cwd, page)), resolve(io.cwd, pageOf(name))).split(sep);
      return parts.map((part) => encodeURIComponent(part)).join('/');
    },
    onError(study, error) {
      io.stderr.write(formatError(io, error, { json, context: { study } }));
      return errorRecord(error);
    },
  });
  await writeWhole(resolve(io.cwd, page), html);
  const written = studies.map(({ name, failure, made }) => ({
    ...{ name, error: failure ?? null },
    own: made && told(made, pageOf(name), { ...request, folder: join(folder, name) }, io),
  }));
  return {
    code: written.some(({ error, own }) => error !== null || own?.code === 2) ? 2 : 0,
    ...(list.file.claims && { claims }),
    files: [page, ...figures.map((name) => join(folder, name)), ...written.flatMap(({ own }) => own?.files ?? [])],
    document: {
      ...{ page, title: list.file.title ?? null },
      ...(list.file.claims && { claims }),
      studies: written.map(({ own, ...study }) => ({ ...study, ...own?.document })),
    },
  };
}

function optionsOf({ colourMap }: ReportRequest, io: Io) {
  return { codec: environmentOf(io).codec, toPng, ...(colourMap && { colourMap }) };
}

/** Tells of what is damaged or missing. */
function told({ run, report, figures }: MadeReport, page: string, request: ReportRequest, io: Io): Written {
  const { folder, json = false, quiet = false } = request;
  const { problems, images } = report;
  for (const problem of problems) io.stderr.write(formatError(io, problem, { json }));
  if (run.isComplete === false && !quiet) {
    io.stderr.write(`note: the run is not finished${run.missing === undefined ? '' : `: ${run.missing}`}\n`);
  }
  const drawn = figures.map((name) => join(folder, name));
  return {
    code: problems.length === 0 && images > 0 ? 0 : 2,
    files: [page, ...drawn],
    document: { page, figures: drawn, images, complete: run.isComplete ?? null, problems: problems.map(errorRecord) },
  };
}
