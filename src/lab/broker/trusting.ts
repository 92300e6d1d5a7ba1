import { runLocally } from '../../principal/stoppers/command.ts';
import { runOverSsh } from '../../principal/stoppers/ssh.ts';
import type { BrokerTwist } from '../variants/variant.ts';
import { believingStopper } from './believing-stopper.ts';

/**
 * A broker that asks each service's own supervisor, on the right host, and takes its success for the deed. It does not look
 * for what is left, nor end it: what a daemon does when it is told to stop is the daemon's affair.
 */
export const trusting: BrokerTwist = {
  parts: (_reference, { config }) => ({
    stoppers: new Map(
      Object.entries(config.hosts).map(([host, { launchctl, ssh }]) => [
        host,
        believingStopper(ssh === undefined ? runLocally : runOverSsh(ssh), launchctl),
      ]),
    ),
  }),
};
