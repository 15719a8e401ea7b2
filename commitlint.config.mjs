export default {
  extends: ['@commitlint/config-conventional'],
  rules: {
    // Names of explainers, options and classes stand in subjects as they are written in the code.
    'subject-case': [0],
    'header-max-length': [2, 'always', 120],
    'body-max-line-length': [2, 'always', 160],
    'footer-max-line-length': [2, 'always', 160],
  },
};
