/** As package.json has it; a release writes both. */
export const version = '0.1.0';
