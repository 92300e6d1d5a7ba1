import { readFileSync, writeFileSync } from 'node:fs';
import type { HostName } from '../fleet.ts';
import { twistAt } from '../variants/twist-at.ts';
import { type ControlFiles, serveControl } from './control.ts';
import { createDomain } from './domain.ts';
import type { JobSettings, JobSpec } from './job.ts';

/** The supervisor's configuration, one file a host. */
export interface LaunchdConfig extends JobSettings {
  /** The variant that twists the supervisor; null for most. */
  readonly variant: string | null;
  readonly host: HostName;
  readonly control: ControlFiles['control'];
  readonly run: ControlFiles['run'];
  /** Written once commands are taken. */
  readonly pidFile: string;
  readonly jobs: readonly JobSpec[];
}

/** How long jobs have to end by themselves when the lab goes down, in ms. */
const farewellMs = 150;

/**
 * Supervises the jobs of one host, all of them started at once, until stdin closes or a signal comes: then it ends
 * every job and itself. The lab holds the other end of stdin, so that no job outlives it, however it ended.
 */
export async function runSupervisor(configFile: string): Promise<void> {
  const config = JSON.parse(readFileSync(configFile, 'utf8')) as LaunchdConfig;
  const plain = createDomain(config.jobs, config);
  const { host, cwd: root } = config;
  const domain = (await twistAt('supervisor', config.variant))?.(plain, { host, root }) ?? plain;
  const { jobs } = domain;

  let ending = false;
  const end = async (): Promise<void> => {
    if (ending) return;
    ending = true;
    await Promise.all([...jobs.values()].map((job) => job.end(farewellMs)));
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end());
  process.stdin.on('end', () => void end());
  process.stdin.on('error', () => void end());
  process.stdin.resume();

  for (const job of jobs.values()) job.start();
  serveControl(config, domain);
  writeFileSync(config.pidFile, `${process.pid}\n`);
}
