import { z } from 'zod';
import { studyErrors } from '../errors.ts';
import { resolveRoles, type GivenRoles } from './resolve-roles.ts';
import { withTargets, withTargetsInEach } from './explained-targets.ts';
import {
  listFileNames,
  specVersion,
  studyFile,
  studySpec,
  type StudyFile,
  type StudySpec,
  type StudySpecInput,
} from './study-spec.ts';

/** A spec with its defaults filled in; `name` is what errors call it. Throws SPEC_INVALID, naming the field. */
export function parseStudySpec<Input extends StudySpecInput>(
  value: Input,
  name?: string,
): Extract<StudySpec, { study: Input['study'] }>;
export function parseStudySpec(value: unknown, name?: string): StudySpec;
export function parseStudySpec(value: unknown, name = 'the study'): StudySpec {
  return parsed(studySpec, withTargets(value), name);
}

/**
 * A list of studies with its roles filled in; a single spec is a list of one under the name of its kind. Throws SPEC_INVALID and
 * ROLE_UNKNOWN.
 */
export function parseStudyFile(value: unknown, name = 'the study file', given: GivenRoles = {}): StudyFile {
  const isList = typeof value === 'object' && value !== null && 'studies' in value;
  if (isList) {
    const read = checkedClaims(parsed(studyFile, withTargetsInEach(value), name), name);
    const file = parsed(studyFile, withTargetsInEach(resolveRoles(read, given, name)), name);
    const names = file.studies.map((study) => study.name.toLowerCase());
    const twice = names.find((each, at) => names.indexOf(each) !== at);
    const taken = names.find((each) => listFileNames.includes(each));
    if (twice === undefined && taken === undefined) return file;
    throw studyErrors.specInvalid({
      ...{ name, where: 'studies' },
      found: twice === undefined ? `one named "${taken}"` : `two named "${twice}"`,
      expected: twice === undefined ? 'a name other than those of the files of a list' : 'a name of its own for each',
    });
  }
  const spec = parseStudySpec(value, name);
  resolveRoles({ version: specVersion, studies: [] }, given, name);
  return { version: specVersion, studies: [{ name: spec.study, spec }] };
}

/** A list whose claims and numbers name studies that it has; throws SPEC_INVALID. */
function checkedClaims(file: StudyFile, name: string): StudyFile {
  const names = file.studies.map((study) => study.name);
  const asked = [...(file.claims ?? []).flatMap(({ tests }) => tests), ...(file.numbers ?? [])];
  const unknown = asked.find(({ study }) => !names.includes(study));
  if (unknown === undefined) return file;
  throw studyErrors.specInvalid({
    ...{ name, where: 'claims and numbers', found: `the study "${unknown.study}"` },
    expected: `a study of the list: ${names.join(', ')}`,
  });
}

/** JSON Schema of what `parseStudyFile` takes, for editors. */
export function studyJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(z.union([studySpec, studyFile]), { io: 'input', target: 'draft-2020-12' });
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown, name: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = deepest(result.error.issues);
  const where = issue.path.map(String).join('.');
  throw studyErrors.specInvalid({
    ...{ name, where: where === '' ? 'the whole of it' : where },
    found: foundAt(value, issue.path),
    expected: issue.message,
  });
}

/** Of several complaints the one about the innermost field, which is what was written wrong. */
function deepest(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  return issues.reduce((best, issue) => (issue.path.length > best.path.length ? issue : best));
}

function foundAt(value: unknown, path: readonly PropertyKey[]): string {
  let found: unknown = value;
  for (const key of path) found = typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined;
  if (found === undefined) return 'nothing';
  const text = JSON.stringify(found) ?? String(found);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
