import { UnderstoryError } from '@understory/core';

/** Every error of the server of the studio, by what went wrong. */
export const serverErrors = {
  pathNotServed({ path }: { path: string }) {
    return new UnderstoryError({
      code: 'PATH_NOT_SERVED',
      message: `The studio does not serve "${path}".`,
      found: 'a path that is not in the folders that it was started with, or leads out of them',
      expected: 'a model or picture in these folders, one that was dropped into the page, or a bundled one',
      next: 'Start the studio with the folder that it is in, or drop the file into the page.',
    });
  },

  linkNotServed({ path }: { path: string }) {
    return new UnderstoryError({
      code: 'PATH_NOT_SERVED',
      message: `The studio serves no links that lead elsewhere: "${path}" is one.`,
      found: 'a symbolic link out of the folders that it was started with',
      expected: 'files that lie in these folders',
      next: 'Start the studio with the folder that the link leads to as well.',
    });
  },

  pluginsNotServed({ plugins }: { plugins: readonly string[] }) {
    return new UnderstoryError({
      code: 'PLUGIN_NOT_SERVED',
      message: 'A page cannot name plugins, which are programs.',
      found: plugins.map((name) => `"${name}"`).join(', '),
      expected: 'the plugins that the studio was started with',
      next: 'List them in understory.config.json of the folder that the studio is started in.',
    });
  },

  folderMissing({ path }: { path: string }) {
    return new UnderstoryError({
      code: 'PATH_NOT_FOUND',
      message: `There is no file or folder "${path}" to serve.`,
      found: 'nothing at this path',
      expected: 'a folder, a model or a picture',
      next: 'Check the path.',
    });
  },

  portNotFree({ port, cause }: { port: number; cause: unknown }) {
    return new UnderstoryError({
      code: 'PORT_NOT_FREE',
      message: `The studio cannot listen at port ${port} of this machine.`,
      found: 'a port that another program has, or that needs rights',
      expected: 'a free port',
      next: 'Choose another port, or none for any that is free.',
      cause,
    });
  },

  pageNotBuilt({ path }: { path: string }) {
    return new UnderstoryError({
      code: 'PAGE_NOT_BUILT',
      message: 'The page of the studio is not built.',
      found: `no index.html in "${path}"`,
      expected: 'the built page, as the package has it',
      next: 'In a checkout, run: npm run page --workspace packages/studio',
    });
  },

  engineEnded({ reason }: { reason: string }) {
    return new UnderstoryError({
      code: 'ENGINE_LOST',
      message: 'The process that runs models ended over this.',
      found: reason,
      expected: 'a process that answers',
      next: 'Do it again: another process takes its place. Where it ends again, the model or its size is the likely reason.',
    });
  },

  refused({ what, expected, next }: { what: string; expected: string; next: string }) {
    return new UnderstoryError({
      code: 'REQUEST_REFUSED',
      message: 'The studio refuses a request.',
      ...{ found: what, expected, next },
    });
  },

  bodyTooLarge({ most }: { most: number }) {
    return new UnderstoryError({
      code: 'REQUEST_TOO_LARGE',
      message: 'What was sent to the studio is too large.',
      found: `more than ${Math.floor(most / 2 ** 20)} MiB`,
      expected: `at most ${Math.floor(most / 2 ** 20)} MiB at a time`,
      next: 'Start the studio with the folder that the files are in, and open them there.',
    });
  },

  fileNameInvalid({ path }: { path: string }) {
    return new UnderstoryError({
      code: 'FILE_NAME_INVALID',
      message: `A file cannot be kept as "${path.slice(0, 200)}".`,
      found: 'a name that is empty, absolute, too long, or leads out of its folder',
      expected: 'a relative path of plain names',
      next: 'Rename the file and drop it again.',
    });
  },

  runNotFound({ run }: { run: string }) {
    return new UnderstoryError({
      code: 'RUN_NOT_FOUND',
      message: `There is no run "${run}".`,
      found: 'no such folder where the studio keeps runs',
      expected: 'the name of a run that is listed',
      next: 'List the runs again.',
    });
  },

  runFileNotFound({ run, name }: { run: string; name: string }) {
    return new UnderstoryError({
      code: 'FILE_NOT_FOUND',
      message: `The run "${run}" has no file "${name}".`,
      found: 'no such file in its folder',
      expected: 'a file of the run',
      next: 'Read the run again.',
    });
  },

  runNameInvalid({ name }: { name: string }) {
    return new UnderstoryError({
      code: 'RUN_NAME_INVALID',
      message: `A run cannot be named "${name.slice(0, 100)}".`,
      found:
        'a name that is empty, too long, begins with a dot, or has other signs than letters, digits, "-", "_" and "."',
      expected: 'a name such as "stage-1"',
      next: 'Choose another name, or none.',
    });
  },

  runsBusy({ most }: { most: number }) {
    return new UnderstoryError({
      code: 'RUNS_BUSY',
      message: 'The studio runs no more studies at the same time.',
      found: `${most} that are running`,
      expected: `at most ${most}`,
      next: 'Wait until one ends, or cancel one.',
    });
  },

  runNotResumed({ run, state }: { run: string; state: string }) {
    return new UnderstoryError({
      code: 'RUN_NOT_RESUMED',
      message: `The run "${run}" cannot go on.`,
      found: `a run that is ${state}`,
      expected: 'a run that was interrupted, with the specification of its study',
      next: 'Start its study again.',
    });
  },

  studyEnded({ reason }: { reason: string }) {
    return new UnderstoryError({
      code: 'STUDY_LOST',
      message: 'The process that ran the study ended.',
      found: reason,
      expected: 'a study that comes to its end',
      next: 'Resume it: what was done is kept.',
    });
  },
};
