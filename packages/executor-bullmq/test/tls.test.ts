import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runExperiment } from '@understory/experiments';
import { hasRedis, redisServer, withoutRedis, type RedisServer } from '@understory/testing/node';
import { queue } from '../src/index.ts';
import { filesOf, startProcess } from './support/processes.ts';
import { studyIn } from './support/study.ts';

// Each process compiles its sources first.
jest.setTimeout(120_000);

// Node has nothing that signs certificates.
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const why = hasOpenssl ? withoutRedis : ' (skipped: there is no openssl)';
const password = 'hunter2-over-tls';

(hasRedis && hasOpenssl ? describe : describe.skip)(`a Redis behind TLS and a password${why}`, () => {
  let redis: RedisServer;
  let folder: string;
  let certificate: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understory-tls-'));
    certificate = join(folder, 'certificate.pem');
    const key = join(folder, 'key.pem');
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate],
      ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ]);
    expect(made.status).toBe(0);
    const tls = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-auth-clients', 'no'];
    redis = await redisServer([...tls, '--requirepass', password], 'rediss');
  });
  afterAll(async () => {
    await redis.close();
    await rm(folder, { recursive: true });
  });

  const failure = (url: string) => queue({ url, env: {} }).shared!().then(String, (error: Error) => error);

  it('is spoken to by nobody who does not know its certificate, or does not speak TLS', async () => {
    const withPassword = redis.url.replace('//', `//:${password}@`);
    const unknown = await failure(withPassword);
    expect(unknown).toMatchObject({ code: 'QUEUE_NOT_REACHABLE', found: expect.stringMatching(/self-signed/) });
    const plain = await failure(withPassword.replace('rediss', 'redis'));
    expect(plain).toMatchObject({ code: 'QUEUE_NOT_REACHABLE' });
    expect(JSON.stringify([unknown, plain, `${String(unknown)} ${String(plain)}`])).not.toContain(password);
  });

  it('has studies of those who do, with the files of one process and the password in none of them', async () => {
    const env = { NODE_EXTRA_CA_CERTS: certificate };
    // The password of one stands in the URL, that of the other in its environment.
    const worker = startProcess(['worker', redis.url.replace('//', `//:${password}@`)], env);
    const main = startProcess(['main', redis.url, join(folder, 'queue')], {
      ...env,
      UNDERSTORY_QUEUE_PASSWORD: password,
    });
    expect([await main.ended, main.errors()]).toEqual([0, '']);
    await worker.kill();
    await runExperiment(studyIn(join(folder, 'here')));
    const files = await filesOf(join(folder, 'queue'));
    expect(files).toEqual(await filesOf(join(folder, 'here')));
    const said = [main, worker].flatMap(({ lines, errors }) => [...lines, errors()]).join('\n');
    expect(said).toContain(`over ${redis.url}`);
    expect(said + JSON.stringify(files)).not.toContain(password);
    // Whose password is another is told so, and not what it is.
    const refused = startProcess(['main', redis.url.replace('//', '//:another-word@'), join(folder, 'none')], env);
    expect(await refused.ended).toBe(1);
    expect(refused.errors()).toContain('QUEUE_REFUSED');
    expect(refused.errors()).not.toContain('another-word');
  });
});
