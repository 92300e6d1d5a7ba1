import { babbling } from '../broker/babbling.ts';
import type { DaemonTwist, Variant } from './variant.ts';

const withSecrets: DaemonTwist = {
  program: (script) => [
    process.execPath,
    script,
    '--database',
    'postgres://app:argv-password-0451@10.0.0.1/x',
    '--key=argv-key-0451',
  ],
};

/** Fleets that say what nobody should hear. They do nothing wrong. */
export const babblers: Readonly<Record<string, Variant>> = {
  babbles: {
    about: 'its answers repeat each request with all its tokens, and services have passwords in their argv',
    expect: { kind: 'honest', level: 2 },
    broker: babbling,
    daemons: { hermes: withSecrets, sentinel: withSecrets },
  },
};
