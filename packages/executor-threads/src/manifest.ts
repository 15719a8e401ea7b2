/** As package.json has them; a release writes both. */
export const name = '@understory/executor-threads';
export const version = '0.1.0';
