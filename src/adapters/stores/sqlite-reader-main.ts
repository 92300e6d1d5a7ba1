import { Worker } from 'node:worker_threads';
import type { Reading } from '../../drill/model/reading.ts';
import { type DatabaseRead, type Query, readDatabase } from './sqlite-read.ts';

// A program that reads databases for the runner, whose process id is its argument, over the channel that `spawn` makes of "ipc".

/** What the runner asks. */
export interface ReadRequest {
  readonly file: string;
  readonly queries: readonly Query[];
}

/** What it is answered, in the order in which it asked. */
export type ReadAnswer = Reading<DatabaseRead>;

/** Looks once a second whether the runner is still our parent. A thread of its own: this one may be inside SQLite, without end. */
const WATCHDOG = `const { workerData } = require('node:worker_threads');
setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
}, 1000);`;

new Worker(WATCHDOG, { eval: true, execArgv: [], workerData: Number(process.argv[2]) });
process.on('disconnect', () => process.exit());
process.on('message', ({ file, queries }: ReadRequest) => {
  void readDatabase(file, queries).then((answer) => process.send?.(answer));
});
