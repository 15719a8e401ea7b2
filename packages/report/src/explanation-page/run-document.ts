import type { ExplanationStudy } from '@understory/studies';

/** Where maps come from, as a document of results says it. */
export type RunDocument = ExplanationStudy['document'];
