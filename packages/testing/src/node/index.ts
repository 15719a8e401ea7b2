export * from './bundle.ts';
export * from './chromium.ts';
export * from './golden.ts';
