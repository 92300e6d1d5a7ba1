import type { Json, Match } from '../model/inventory.ts';
import type { Complaint } from './explain.ts';
import type { InventoryView, OperationView } from './inventory-view.ts';
import { machineRules, machinesOf } from './machine-rules.ts';
import { suggestion } from './near-miss.ts';
import { harmless, quoted } from './problem.ts';
import { storeRules } from './store-rules.ts';
import { switchRules } from './switch-rules.ts';
import { transportRules } from './transport-rules.ts';

/** What the parts of an inventory say about each other. */
export function inventoryRules(view: InventoryView): Complaint[] {
  return [
    ...hostsOfServices(view),
    ...transportRules(view),
    ...waysToStart(view),
    ...keysOfManagers(view),
    ...ambiguousMatches(view),
    ...excuses(view),
    ...brokerRules(view),
    ...requests(view),
    ...switchRules(view),
    ...storeRules(view),
    ...manualSteps(view),
    ...machineRules(view),
  ];
}

function hostsOfServices({ hosts, services }: InventoryView): Complaint[] {
  if (hosts === null) return [];
  return [...(services ?? [])].flatMap(([name, service]) =>
    service === null || hosts.has(service.host)
      ? []
      : [
          {
            path: ['services', name, 'host'],
            at: 'value' as const,
            what: `${quoted(service.host)} is not a host of the inventory`,
            why: `service ${quoted(name)} must live on a declared host`,
            fix: suggestion(service.host, hosts.keys()),
          },
        ],
  );
}

/** Without a label or a command the runner could neither name the service to its manager nor undo its stop. */
function waysToStart({ hosts, services }: InventoryView): Complaint[] {
  return [...(services ?? [])].flatMap(([name, service]) => {
    const manager = service === null ? undefined : hosts?.get(service.host)?.manager;
    if (service === null || manager === undefined) return [];
    const path = ['services', name];
    if (manager === 'none' && service.start === undefined)
      return [
        {
          path,
          at: 'key' as const,
          what: `service ${quoted(name)} has no "start"`,
          why: `host ${quoted(service.host)} has no service manager that could start it again`,
          fix: 'add the command that starts it, as a list of words',
        },
      ];
    if (manager !== 'none' && service.label === undefined)
      return [
        {
          path,
          at: 'key' as const,
          what: `service ${quoted(name)} has no "label"`,
          why: `${manager} on ${quoted(service.host)} knows it by one`,
          fix: 'add its label',
        },
      ];
    return [];
  });
}

/** Keys that only some managers know: in silence they would be taken to do something. */
function keysOfManagers({ hosts, services }: InventoryView): Complaint[] {
  const configs = [...(hosts ?? [])].flatMap(([name, host]): Complaint[] =>
    host?.['manager-config'] === undefined || host.manager === 'supervisord' || host.manager === 'pm2'
      ? []
      : [
          {
            path: ['hosts', name, 'manager-config'],
            at: 'key',
            what: `host ${quoted(name)} has a "manager-config"`,
            why: `${host.manager} is asked without one`,
            fix: 'take it away',
          },
        ],
  );
  const scopes = [...(services ?? [])].flatMap(([name, service]): Complaint[] => {
    const manager = service === null ? undefined : hosts?.get(service.host)?.manager;
    return service?.scope !== 'user' || manager === undefined || manager === 'systemd'
      ? []
      : [
          {
            path: ['services', name, 'scope'],
            at: 'value',
            what: `service ${quoted(name)} has the scope "user"`,
            why: `${manager} on ${quoted(service.host)} has no managers of users`,
            fix:
              manager === 'launchd' ? 'write the domain before the label, as in gui/501/…' : 'take it away',
          },
        ];
  });
  return [...configs, ...scopes];
}

/** On one machine every process must belong to at most one service. */
function ambiguousMatches(view: InventoryView): Complaint[] {
  const machines = machinesOf(view);
  const services = [...(view.services ?? [])].flatMap(([name, service]) =>
    service === null ? [] : [{ name, service, machine: machines.get(service.host) ?? service.host }],
  );
  return services.flatMap((one, index) =>
    services
      .slice(0, index)
      .filter((other) => other.machine === one.machine)
      .flatMap((other) => {
        const same = covers(one.service.match, other.service.match);
        if (!same && !covers(other.service.match, one.service.match)) return [];
        return [
          {
            path: ['services', one.name, 'match'],
            at: 'value' as const,
            what: `${quoted(one.name)} and ${quoted(other.name)} would recognise the same processes`,
            why: 'on one machine a process must belong to one service at most',
            fix: 'give each a match of its own',
          },
        ];
      }),
  );
}

/** A helper that may stay behind must not be able to stand for the service itself, nor for another one. */
function excuses({ services }: InventoryView): Complaint[] {
  return [...(services ?? [])].flatMap(([name, service]) =>
    (service?.leaves ?? []).flatMap((leaf, index) => {
      const excused = [...(services ?? [])].find(
        ([, other]) => other !== null && other.host === service?.host && covers(leaf, other.match),
      );
      if (excused === undefined) return [];
      return [
        {
          path: ['services', name, 'leaves', index],
          at: 'value' as const,
          what: `what ${quoted(name)} may leave behind includes ${quoted(excused[0])} itself`,
          why: 'a service that did not stop would be excused',
          fix: 'describe only the helper',
        },
      ];
    }),
  );
}

/** Whether every process that fulfils `narrow` fulfils `wide` too. */
function covers(wide: Match, narrow: Match): boolean {
  return (['exe', 'argv0', 'script'] as const).every(
    (key) => wide[key] === undefined || wide[key] === narrow[key],
  );
}

function brokerRules({ services, brokerService }: InventoryView): Complaint[] {
  if (brokerService === null || services === null) return [];
  if (!services.has(brokerService))
    return [
      {
        path: ['broker', 'service'],
        at: 'value',
        what: `${quoted(brokerService)} is not a service of the inventory`,
        why: 'the broker is one of the declared services',
        fix: suggestion(brokerService, services.keys()),
      },
    ];
  return [];
}

const VALUES = ['$level', '$asset', '$reason', '$incident', '$revision'];

/** What may stand in a body or header of each request. Secrets go only where they are needed. */
const PLACEHOLDERS: Readonly<Record<OperationView['name'], readonly string[]>> = {
  halt: [...VALUES, '$phrase'],
  resume: [...VALUES, '$second'],
  status: VALUES,
  messages: ['$sender', '$service', '$message'],
};

/** What a request must carry to be worth anything, and why. */
const NEEDED: Partial<Readonly<Record<OperationView['name'], Readonly<Record<string, string>>>>> = {
  halt: {
    $level: 'every drill would trigger the same level',
    $reason: 'the drill could not tell its own halt from another',
  },
  messages: {
    $service: 'it would always go to the same agent',
    $message: 'the drill could not find its own message again',
  },
};

type Word = readonly [path: readonly PropertyKey[], word: string];

function requests(view: InventoryView): Complaint[] {
  return view.operations.flatMap((operation): Complaint[] => {
    const { name, request, body } = operation;
    const path = ['broker', name, 'body'];
    if (request.startsWith('GET ') && body !== null)
      return [
        {
          path,
          at: 'key',
          what: `the ${name} request is a GET and has a body`,
          why: 'a GET carries none',
          fix: 'take the body away, or use POST',
        },
      ];
    const words = wordsOfRequest(operation);
    const known = PLACEHOLDERS[name];
    const unknown = words.filter(([, word]) => !known.includes(word));
    const lacking = Object.entries(NEEDED[name] ?? {}).filter(
      ([need]) => !words.some(([, word]) => word === need),
    );
    return [
      ...unknown.map((word) => meaningless(word, known)),
      ...lacking
        .filter(([need]) => !unknown.some(([, word]) => suggestion(word, known).includes(`"${need}"`)))
        .map(
          ([need, why]): Complaint => ({
            path,
            at: 'key',
            what: `the ${name} request does not carry ${need}`,
            why,
            fix: `add ${need} to its body, such as ${harmless(need.slice(1))}: ${need}`,
          }),
        ),
      ...(name === 'resume' ? secondOperator(view, words) : []),
    ];
  });
}

function meaningless([path, word]: Word, known: readonly string[]): Complaint {
  // Known elsewhere: a suggestion would only lead to another secret in the wrong place.
  const home = { $phrase: 'halt', $second: 'resume' }[word];
  return {
    path,
    at: 'value',
    what: `${quoted(word)} stands for nothing${home === undefined ? '' : ' here'}`,
    why:
      home === undefined
        ? 'a word that begins with "$" stands for a value of the drill'
        : `it is a secret and belongs into the ${home} request only`,
    fix: home === undefined ? suggestion(word, known) : 'take it away',
  };
}

/** A resume that lacks the second operator's token is refused when the fleet is halted already: too late to learn it. */
function secondOperator({ hasSecond }: InventoryView, words: readonly Word[]): Complaint[] {
  const used = words.find(([, word]) => word === '$second');
  if (used !== undefined && !hasSecond)
    return [
      {
        path: used[0],
        at: 'value',
        what: 'the resume request carries $second, and no such token is given',
        why: '$second stands for the token of a second operator',
        fix: 'add second to auth, or take $second away',
      },
    ];
  if (used === undefined && hasSecond)
    return [
      {
        path: ['broker', 'auth', 'second'],
        at: 'key',
        what: 'the resume request does not carry $second',
        why: 'the token of the second operator would never be shown',
        fix: 'add it to the resume, such as headers: { Second-Operator: Bearer $second }, or take second away',
      },
    ];
  return [];
}

const OF_A_STEP = ['$level', '$incident', '$revision'];

function manualSteps({ hosts, manualResume }: InventoryView): Complaint[] {
  return (manualResume ?? []).flatMap((step, index): Complaint[] => {
    if (step === null) return [];
    const path = ['broker', 'manual-resume', index];
    const words = wordsOf(step.run, [...path, 'run']);
    const strange: Complaint[] =
      hosts === null || hosts.has(step.host)
        ? []
        : [
            {
              path: [...path, 'host'],
              at: 'value',
              what: `${quoted(step.host)} is not a host of the inventory`,
              why: 'a step of the procedure is run on a declared host',
              fix: suggestion(step.host, hosts.keys()),
            },
          ];
    return [
      ...strange,
      ...words.filter(([, word]) => !OF_A_STEP.includes(word)).map((word) => meaningless(word, OF_A_STEP)),
      ...words
        .filter(([at, word]) => at.at(-1) === 0 && OF_A_STEP.includes(word))
        .map(
          ([at, word]): Complaint => ({
            path: at,
            at: 'value',
            what: `the command of the step holds ${word}`,
            why: 'what the broker says must not choose what is run',
            fix: 'write the command out',
          }),
        ),
    ];
  });
}

function wordsOfRequest({ name, body, headers }: OperationView): Word[] {
  const path = ['broker', name];
  return [...wordsOf(body, [...path, 'body']), ...wordsOf(headers, [...path, 'headers'])];
}

/** Whether a request carries this placeholder. */
export function carries(operation: OperationView, placeholder: string): boolean {
  return wordsOfRequest(operation).some(([, word]) => word === placeholder);
}

/** Every `$word` in the texts of a body, with the path of its text. */
function wordsOf(body: Json, path: readonly PropertyKey[]): Word[] {
  if (typeof body === 'string')
    return (body.match(/\$[A-Za-z_]\w*/g) ?? []).map((word): Word => [path, word]);
  if (typeof body !== 'object' || body === null) return [];
  return Object.entries(body).flatMap(([key, value]) =>
    wordsOf(value as Json, [...path, Array.isArray(body) ? Number(key) : key]),
  );
}
