import type { Store } from '@understory/core';

/** What of a store is needed to keep pictures and maps; names are relative, with `/`. */
export type ArtifactStore = Pick<Store, 'path' | 'write' | 'prepare' | 'list' | 'read' | 'remove'>;
