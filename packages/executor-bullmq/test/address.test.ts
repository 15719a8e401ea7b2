import { describe, expect, it } from '@jest/globals';
import { parseAddress } from '../src/address.ts';

describe('an address', () => {
  it.each([
    ['redis://there', { host: 'there', port: 6379, db: 0, isSecure: false, shown: 'redis://there:6379/0' }],
    ['redis://there:7000/3', { host: 'there', port: 7000, db: 3, isSecure: false, shown: 'redis://there:7000/3' }],
    ['rediss://there/', { host: 'there', port: 6379, db: 0, isSecure: true, shown: 'rediss://there:6379/0' }],
    ['redis://[::1]:7000', { host: '::1', port: 7000, db: 0, isSecure: false, shown: 'redis://[::1]:7000/0' }],
  ])('%s is read', (url, address) => {
    expect(parseAddress(url, {})).toEqual(address);
  });

  it('has user and password, which are not shown', () => {
    expect(parseAddress('rediss://me:p%40ss%2Fword@there:1/2', {})).toEqual({
      ...{ host: 'there', port: 1, db: 2, isSecure: true, username: 'me', password: 'p@ss/word' },
      shown: 'rediss://there:1/2',
    });
  });

  it('takes the password from the environment where it has none', () => {
    const env = { UNDERSTORY_QUEUE_PASSWORD: 'secret' };
    expect(parseAddress('redis://me@there', env)).toMatchObject({ username: 'me', password: 'secret' });
    expect(parseAddress('redis://me:own@there', env)).toMatchObject({ password: 'own' });
  });

  it.each([
    'no url with hunter2',
    'http://me:hunter2@there',
    'redis://me:hunter2@there/a',
    'redis:///0?hunter2',
    'redis://:%E0hunter2@there',
  ])('%s is refused without being repeated', (url) => {
    let thrown: unknown;
    try {
      parseAddress(url, {});
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'QUEUE_URL_INVALID' });
    expect(JSON.stringify([thrown, (thrown as Error).message, (thrown as Error).stack])).not.toContain('hunter2');
  });
});
