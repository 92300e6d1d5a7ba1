import type { FirstFleet, FirstService, Way } from '../../drill/model/first-fleet.ts';
import { notRun } from '../cli-error.ts';
import { type Interview, Wrong } from './conversation.ts';

type Switch = Pick<FirstFleet, 'broker' | 'halt' | 'resume' | 'status' | 'tokenVariable' | 'stops'>;

/** Asks what each level stops, and how the kill switch is reached. */
export async function askForSwitch(ask: Interview, services: readonly FirstService[]): Promise<Switch> {
  const show = ({ name, host }: FirstService): string => `${name} on ${host}`;
  const traders = await ask.choose(
    'Which must stop when all trading is halted (level 2)?',
    services,
    show,
    1,
  );
  const rest = services.filter((one) => !traders.includes(one));
  const more = await ask.choose(
    'Which of the others must stop as well when the whole fleet is halted (level 3)? Nothing: no drill of that level is written',
    rest,
    show,
  );
  const [broker] = await ask.choose(
    'Which is the broker, that has the kill switch? Nothing where the switch is only a command',
    rest.filter((one) => !more.includes(one)),
    show,
  );
  const halt = await ask.ask(
    'How is the fleet halted? The address of a POST such as http://127.0.0.1:8700/halt, or a command with $level and $reason in their places',
    (answer) => wayIn(answer, null),
  );
  const resume = await ask.ask(
    'How is it resumed? The address of a POST, or a command with $incident in its place',
    (answer) => wayIn(answer, halt),
  );
  const status = await askForStatus(ask, [halt, resume]);
  const asksApi = [halt, resume, status].some((one) => one?.kind === 'request');
  return {
    broker: broker?.name ?? null,
    halt,
    resume,
    status,
    tokenVariable: asksApi ? await askForToken(ask) : null,
    stops: new Map([
      [2, traders.map(({ name }) => name)],
      [3, more.length === 0 ? [] : [...traders, ...more].map(({ name }) => name)],
    ]),
  };
}

/** An address, which must be of the same API as `other` where that is one, or a command. */
function wayIn(answer: string, ...others: readonly (Way | null)[]): Way | Wrong {
  if (answer === '') return new Wrong('it is needed');
  if (!/^https?:/.test(answer)) return { kind: 'command', words: answer.split(/\s+/) };
  const url = URL.canParse(answer) ? new URL(answer) : null;
  if (url === null || url.username !== '' || url.password !== '' || url.hash !== '')
    return new Wrong('it is no address of an API, without credentials in it');
  const api = others.find((other) => other?.kind === 'request');
  if (api?.kind === 'request' && api.api !== url.origin) return new Wrong(`the API is at ${api.api}`);
  return { kind: 'request', api: url.origin, path: `${url.pathname}${url.search}` };
}

async function askForStatus(ask: Interview, others: readonly Way[]): Promise<FirstFleet['status']> {
  const way = await ask.ask(
    'How is the state of the halt asked for? The address of a GET, or a command, that answers with JSON; or nothing where it cannot be asked',
    (answer) => (answer === '' ? 'none' : wayIn(answer, ...others)),
  );
  if (way === 'none') {
    const alone = await ask.ask(
      'Then nothing shows whose halt is in force, and the resume after a drill also lifts one that somebody else made meanwhile. Does nobody else use the switch during a drill? yes or no',
      (answer) => (answer === 'yes' || answer === 'no' ? answer : new Wrong('it is yes or no')),
    );
    if (alone === 'yes') return null;
    throw notRun(
      'init was not finished',
      'the halt of a drill could not be told from another one',
      'have the switch tell its state, and begin anew',
    );
  }
  const place = (what: string, usual: string): Promise<string> =>
    ask.ask(
      `Where in that JSON is ${what}? A JSON Pointer`,
      (answer) => (answer.startsWith('/') ? answer : new Wrong('a JSON Pointer begins with "/"')),
      usual,
    );
  return {
    ...way,
    level: await place('the level', '/level'),
    incident: await place('the id of the open incident', '/incident'),
    reason: await place('the reason that the halt was given', '/reason'),
  };
}

async function askForToken(ask: Interview): Promise<string | null> {
  const name = await ask.ask(
    'Which environment variable holds the token of the API? Nothing where it needs none',
    (answer) =>
      answer === '' || /^[A-Z_][A-Z0-9_]*$/i.test(answer)
        ? answer
        : new Wrong('it is no name of a variable; the token itself is not asked for'),
  );
  return name === '' ? null : name;
}
