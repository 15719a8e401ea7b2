export * from './chromium.ts';
export * from './golden.ts';
