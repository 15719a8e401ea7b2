export { serveStudio, type StudioOptions, type StudioServer } from './serve-studio.ts';
