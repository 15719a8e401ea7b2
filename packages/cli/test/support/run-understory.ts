import { runInThread } from '../../src/thread/run-in-thread.ts';

// What `bin/understory.js` does, on sources.
process.exitCode = await runInThread(process.argv.slice(2));
