import {
  acceptAnyPhrase,
  acceptPhraseAnywhere,
  acceptStranger,
  actOnStranger,
  endWhenRefusing,
  logNoRefusal,
  lowerWhenAsked,
  openAnotherWhenRepeated,
  resumeWhatever,
  routePastHalt,
} from '../broker/unguarded.ts';
import type { Variant } from './variant.ts';

/** Brokers that do what they must refuse, or more than refuse it. */
export const guardLiars: Readonly<Record<string, Variant>> = {
  'accepts-no-token': {
    about: 'the broker halts for whoever shows no token',
    expect: { kind: 'liar', level: 2, primary: 'unauthenticated-trigger', on: 'principal' },
    broker: acceptStranger((token) => token === null),
  },
  'accepts-wrong-token': {
    about: 'the broker halts for whoever shows any token, whosever it is',
    expect: { kind: 'liar', level: 2, primary: 'unauthenticated-trigger', on: 'principal' },
    broker: acceptStranger((token) => token !== null),
  },
  'accepts-wrong-phrase': {
    about: 'level 4 takes any confirmation phrase',
    expect: { kind: 'liar', level: 4, primary: 'unguarded-trigger', on: 'principal' },
    broker: acceptAnyPhrase(),
  },
  'accepts-phrase-at-wrong-level': {
    about: 'the confirmation phrase of level 4 is taken for a halt at any other level too',
    expect: { kind: 'liar', level: 4, primary: 'unguarded-trigger', on: 'principal' },
    broker: acceptPhraseAnywhere(),
  },
  'resumes-without-incident': {
    about: 'a resume that names no incident lifts the halt in force',
    expect: { kind: 'liar', level: 2, primary: 'unguarded-resume', on: 'principal' },
    broker: resumeWhatever((incident) => incident === null),
  },
  'resumes-wrong-incident': {
    about: 'a resume of any incident lifts the halt in force',
    expect: { kind: 'liar', level: 2, primary: 'unguarded-resume', on: 'principal' },
    broker: resumeWhatever((incident) => incident !== null),
  },
  'lower-level-lowers': {
    about: 'a halt at a lower level lowers the one in force',
    expect: { kind: 'liar', level: 3, primary: 'silent-downgrade', on: 'principal' },
    broker: lowerWhenAsked(),
  },
  'repeat-opens-another': {
    about: 'the same halt again opens a second incident, and the first is never resolved',
    expect: {
      kind: 'liar',
      level: 3,
      primary: 'duplicate-incident',
      on: 'principal',
      also: ['incident-left-open'],
    },
    broker: openAnotherWhenRepeated(),
  },
  'routes-to-halted': {
    about: 'messages are accepted for agents that are halted',
    expect: { kind: 'liar', level: 2, primary: 'leaked-command', on: 'principal' },
    broker: routePastHalt(),
  },
  'refuses-and-halts': {
    about: 'a halt without a token is refused, and carried out all the same',
    expect: { kind: 'liar', level: 2, primary: 'unauthenticated-trigger', on: 'principal' },
    broker: actOnStranger(),
  },
  'refuses-unlogged': {
    about: 'refused halts and resumes are not in the audit log',
    expect: { kind: 'liar', level: 2, primary: 'unlogged-refusal', on: 'principal' },
    broker: logNoRefusal(),
  },
  'ends-when-refusing': {
    about: 'the broker goes down when it has refused a halt, and comes back',
    expect: { kind: 'liar', level: 2, primary: 'guard-side-effect', on: 'principal' },
    broker: endWhenRefusing(),
  },
};
