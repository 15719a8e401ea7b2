export * from './bundle.ts';
export * from './chromium.ts';
export * from './golden.ts';
export { hasRedis, redisServer, withoutRedis, type RedisServer } from './redis-server.ts';
