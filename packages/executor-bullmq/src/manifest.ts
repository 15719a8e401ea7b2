/** As package.json has them; a release writes both. */
export const name = '@understory/executor-bullmq';
export const version = '0.1.0';
