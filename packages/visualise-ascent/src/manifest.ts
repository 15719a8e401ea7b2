/** As package.json has them, which a module for the browser cannot read; a release writes both. */
export const name = '@understory/visualise-ascent';
export const version = '0.1.0';
