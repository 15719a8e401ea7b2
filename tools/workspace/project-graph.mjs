import { createProjectGraphAsync } from '@nx/devkit';

/** The boundary rule reads the project graph from nx's cache and is silently skipped where there is none: make it first. */
process.env.NX_DAEMON = 'false';
await createProjectGraphAsync({ exitOnError: true });
