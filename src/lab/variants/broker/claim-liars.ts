import type { AuditLine } from '../../../principal/parts.ts';
import { stopping, together, withAudit } from '../../broker/twists.ts';
import type { Variant } from '../variant.ts';

const isStopOf = ({ action, subject }: AuditLine, service: string): boolean =>
  action === 'stop' && subject === service;

/** Brokers whose reply or audit log is not what happened. */
export const claimLiars: Readonly<Record<string, Variant>> = {
  'audit-overstates': {
    about: 'cannot stop hermes, says so in its reply, and logs that hermes was stopped',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'partial-stop',
      on: 'hermes',
      also: ['false-claim', 'order-after-halt'],
    },
    broker: together(
      stopping('hermes', () => Promise.resolve('still-running')),
      withAudit((line) => [isStopOf(line, 'hermes') ? { ...line, outcome: 'stopped' } : line]),
    ),
  },
  'audit-invents-a-stop': {
    about: 'logs the stop of scribe too, which nobody asked for and which never happened',
    expect: { kind: 'liar', level: 2, primary: 'false-claim', on: 'scribe' },
    broker: withAudit((line) =>
      isStopOf(line, 'hermes') ? [line, { ...line, subject: 'scribe', host: 'knox' }] : [line],
    ),
  },
  'audit-lacks-a-stop': {
    about: 'stops hermes and does not log it',
    expect: { kind: 'liar', level: 2, primary: 'unlogged-halt', on: 'hermes' },
    broker: withAudit((line) => (isStopOf(line, 'hermes') ? [] : [line])),
  },
  'audit-logs-only-the-request': {
    about: 'logs that a halt was asked for, and nothing of what came of it',
    expect: { kind: 'liar', level: 2, primary: 'unlogged-halt', on: 'hermes' },
    broker: withAudit((line) => (line.action === 'stop' ? [] : [line])),
  },
  'names-the-wrong-host': {
    about: 'stops hermes where it lives, and says in reply and log that it lives on knox',
    expect: { kind: 'liar', level: 2, primary: 'wrong-host-stop', on: 'hermes' },
    broker: {
      parts: ({ levels, stoppers }) => {
        const [knox, tesseract] = [stoppers.get('knox'), stoppers.get('tesseract')];
        if (knox === undefined || tesseract === undefined) return {};
        const rightful = (service: string) => (service === 'hermes' ? tesseract : knox);
        return {
          levels: levels.map((plan) => ({
            ...plan,
            stops: plan.stops.map((one) => (one.service === 'hermes' ? { ...one, host: 'knox' } : one)),
          })),
          stoppers: new Map([
            ...stoppers,
            [
              'knox',
              {
                ...knox,
                stop: (target, mode) => rightful(target.service).stop(target, mode),
                start: (target, mode) => rightful(target.service).start(target, mode),
              },
            ],
          ]),
        };
      },
    },
  },
  'records-nothing-and-says-so': {
    about: 'cannot write the halt down, says `recorded: false`, and has forgotten it after a restart',
    expect: {
      kind: 'liar',
      level: 2,
      primary: 'amnesia-restart',
      on: 'principal',
      also: ['unpersisted-halt', 'split-state', 'unlogged-halt', 'unrestored-service'],
    },
    broker: {
      parts: ({ store }) => ({
        store: {
          ...store,
          save: () => {
            throw new Error('database or disk is full');
          },
        },
      }),
    },
  },
};
