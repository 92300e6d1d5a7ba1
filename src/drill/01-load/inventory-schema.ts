import { z } from 'zod';
import type { Broker, Json, Match } from '../model/inventory.ts';
import {
  days,
  duration,
  httpUrl,
  list,
  localPath,
  name,
  named,
  oneOf,
  pointer,
  port,
  remotePath,
  section,
  sentence,
  someOf,
  text,
  whole,
} from './fields.ts';
import { note } from './note.ts';
import { windowsShape } from './windows-schema.ts';

/** The shape of `inventory.yaml`. What the parts say about each other is in inventory-rules.ts. */

/** An absolute path, or the name of a command that the host looks up. */
const COMMAND = /^(?:(?:\/|\$\{).+|[A-Za-z0-9][\w.+-]*)$/;

const becoming = {
  become: z
    .literal('sudo', { error: note({ expected: 'sudo', fix: 'write sudo, or leave it out' }) })
    .exactOptional()
    .describe(
      'Look at the processes of this host as root, by `sudo -n`, where the login does not see all of them. Services are started and asked about as the login.',
    ),
};

const managed = {
  manager: oneOf(['launchd', 'systemd', 'supervisord', 'pm2', 'none']).describe(
    'The service manager that runs the services of this host; "none" where each service has a `start` of its own.',
  ),
  'manager-command': text(COMMAND, {
    expected: 'the name of a command, or an absolute path',
    fix: 'write it like launchctl or /opt/bin/launchctl',
  })
    .exactOptional()
    .describe("The service manager's command on that host, where it is not the usual one."),
  'manager-config': remotePath()
    .exactOptional()
    .describe('Where it is not the usual one: the configuration file of supervisord, the PM2_HOME of pm2.'),
};

export const hostSchema = z
  .discriminatedUnion(
    'transport',
    [
      section('a local host', {
        transport: z.literal('local').describe('This machine.'),
        ...becoming,
        ...managed,
      }),
      section('an ssh host', {
        transport: z.literal('ssh').describe('A machine reached over ssh.'),
        address: text(/^(?!-)[^\s/@]+$/, {
          expected: 'a host name or an IP address',
          fix: 'write the address alone, without user or port',
        }).describe(
          'Host name, IP address, or a Host of the ssh configuration. Its host key must be in known-hosts.',
        ),
        port: port()
          .exactOptional()
          .describe('TCP port of the ssh server; else as the ssh configuration says, else 22.'),
        user: text(/^(?!-)[^\s:@]+$/, {
          expected: 'the name of a user on that host',
          fix: 'write the login name alone',
        })
          .exactOptional()
          .describe('The user to log in as; else as the ssh configuration says.'),
        'identity-file': localPath()
          .exactOptional()
          .describe(
            'Private key file on this machine, and no other key; else those of the ssh configuration and the ssh-agent.',
          ),
        passphrase: text(/\S/, { expected: 'a passphrase', fix: 'write it like ${SSH_PASSPHRASE}' })
          .exactOptional()
          .describe(
            'Opens the identity-file where the ssh-agent does not hold it: an environment variable, such as ${SSH_PASSPHRASE}. It is kept out of everything that is written.',
          ),
        'known-hosts': localPath()
          .exactOptional()
          .describe(
            'File with the host keys to trust; else those of the ssh configuration (~/.ssh/known_hosts unless it says otherwise). Host keys are always checked.',
          ),
        'ssh-config': z
          .union([z.literal('none'), localPath()])
          .exactOptional()
          .describe(
            "The ssh configuration to read, or none; unless given, the operator's own (~/.ssh/config) and the system's. What the inventory says wins over it.",
          ),
        forwarded: z
          .boolean({ error: note({ expected: 'true or false', fix: 'write true or false' }) })
          .prefault(false)
          .describe(
            'The address is a forwarded port on this machine that leads to another one (a tunnel, a virtual machine). What answers is still asked who it is.',
          ),
        ...becoming,
        ...managed,
      }),
      section('a container', {
        transport: z
          .literal('container')
          .describe('A container, reached by `<engine> exec` on the host that has it.'),
        engine: text(COMMAND, {
          expected: 'the name of a command, or an absolute path',
          fix: 'write it like podman or /usr/bin/docker',
        }).describe("The engine's command on that host: docker, podman."),
        container: text(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, {
          expected: 'the name or id of a container',
          fix: 'copy it from `podman ps`',
        }).describe('Name or id of the container.'),
        on: name('a host').describe('The host of the inventory that has it: local, or over ssh.'),
        ...managed,
      }),
    ],
    {
      error: note({
        expected: 'a transport, one of: local, ssh, container',
        fix: 'write local, ssh or container',
      }),
    },
  )
  .describe('A machine, how it is reached, and what runs its services.');

const matchSchema = section('a match', {
  exe: remotePath().exactOptional().describe('The executable: the target of /proc/<pid>/exe.'),
  argv0: text(/\S/, { expected: 'the whole of argv[0]', fix: 'copy it from the process' })
    .exactOptional()
    .describe('The first word of the command line.'),
  script: remotePath()
    .exactOptional()
    .describe(
      'The script that an interpreter runs, under whichever options, or that is run by itself. Where the interpreter is an unusual one, name it too: exe or argv0.',
    ),
})
  .refine((match) => Object.keys(match).length > 0, {
    error: note({
      what: 'the match is empty',
      expected: 'at least one of: exe, argv0, script',
      fix: 'say how the process is recognised',
    }),
  })
  .describe('How a process is recognised. Every key given must be equal, whole; never a part of the line.');

export const serviceSchema = section('a service', {
  host: name('a host').describe('The host it lives on.'),
  label: text(/^(?!-)\S/, {
    expected: 'the name under which the service manager knows it',
    fix: 'write it like com.example.hermes',
  })
    .exactOptional()
    .describe(
      'The name under which the service manager knows it. Needed unless the manager is "none". supervisord: NAME, GROUP:NAME or GROUP:*. pm2: its name.',
    ),
  scope: oneOf(['system', 'user'])
    .prefault('system')
    .describe('"user" for a unit of the login\'s own systemd (systemctl --user).'),
  match: matchSchema,
  instances: whole('how many root processes are up', 1, 1000)
    .prefault(1)
    .describe('How many root processes are up when the service is healthy.'),
  heartbeat: section('a heartbeat', {
    file: remotePath().describe('A file on its host that the service rewrites while it works.'),
    every: duration().describe('How often it does at the least, such as 1s.'),
  })
    .exactOptional()
    .describe('Shows that the service is at work, not only alive.'),
  leaves: list('matches', matchSchema)
    .prefault([])
    .describe('Helpers that it legitimately leaves behind when it is stopped.'),
  start: someOf(
    'words of a command',
    text(/./, { expected: 'a word of a command', fix: 'write each argument by itself' }),
  )
    .exactOptional()
    .describe('The command that starts it on its host, word by word, for an undo without the broker.'),
}).describe('A daemon on one host.');

const request = text(/^(?:GET|POST|PUT|DELETE) \/[^\s#]*$/, {
  expected: 'a method and a path such as POST /v1/halt',
  fix: 'write GET, POST, PUT or DELETE, a space and a path that begins with "/"',
}).describe('Method and path, such as POST /v1/halt. The path comes after `api`.');

const body = z
  .json({ error: note({ expected: 'anything that JSON can hold', fix: 'write the body as a map' }) })
  .prefault(null)
  .describe(
    'JSON body. $level, $asset, $reason, $incident and $revision stand for values of the drill; in a halt $phrase for what the operator typed, in a resume $second for the token of auth.second.',
  );

/** What httpOnce and fetch write themselves, and what belongs to the connection (RFC 9110, 7.6.1). */
const OWN_HEADERS = ['accept', 'accept-encoding', 'authorization', 'connection', 'content-length'].concat([
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const headers = z
  .record(
    text(/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/, {
      expected: 'the name of a header: letters, digits and "-"',
      fix: 'write it like Second-Operator',
    }).refine((header) => !OWN_HEADERS.includes(header.toLowerCase()), {
      error: note({
        expected: `none of: ${OWN_HEADERS.join(', ')}`,
        fix: 'take it away: the runner writes it itself',
      }),
    }),
    text(
      /^[ -~]*[!-~]$/,
      {
        expected: 'the value of a header, in plain ASCII',
        fix: 'name a placeholder such as Bearer $second',
        // Never quoted: it may hold a token.
        what: 'this cannot be sent in a header',
      },
      { max: 1000 },
    ),
    { error: note({ expected: 'a map from headers to their values', fix: 'write one header a line' }) },
  )
  .refine(
    (map) => new Set(Object.keys(map).map((key) => key.toLowerCase())).size === Object.keys(map).length,
    {
      error: note({
        what: 'a header is named twice',
        expected: 'a map in which each header stands once, in whatever case',
        fix: 'take one away',
      }),
    },
  )
  .prefault({})
  .describe('Headers to send as well, such as Second-Operator: Bearer $second.');

/** A command, word by word; `example` is a name such as one could be. */
function wordsOf(example: string) {
  return someOf(
    'words of a command',
    text(/./, { expected: 'a word of a command', fix: 'write each argument by itself' }),
  ).refine(([command]) => command === undefined || COMMAND.test(command), {
    path: [0],
    error: note({
      expected: 'the name of a command, or an absolute path',
      fix: `write it like ${example} or /opt/bin/${example}`,
    }),
  });
}

export const commandSchema = section('a command', {
  host: name('a host')
    .exactOptional()
    .describe('The host it is run on; without it, the machine that haltdrill runs on.'),
  run: wordsOf('kill-switch').describe(
    'The command, word by word; no shell reads it. $level, $asset, $reason, $incident and $revision stand for values of the drill, each within its word. Secrets are not filled in: everybody on the machine can read an argv.',
  ),
}).describe(
  'Run in place of a request. Exit code 0 acknowledges; what it prints as JSON may be picked from.',
);

/** What every operation has; for reading the parts of one that has faults. */
export const operationSchema = section('an operation', {
  request: request.exactOptional(),
  body,
  headers,
  command: commandSchema.exactOptional(),
});

const scalar = z.union([z.string().max(1000), z.number(), z.boolean(), z.null()], {
  error: note({ expected: 'a text, a number, true, false or null', fix: 'write the one value' }),
});

const expectSchema = section('what an answer must be', {
  status: someOf('HTTP statuses', whole('an HTTP status', 100, 599))
    .exactOptional()
    .describe('HTTP statuses that acknowledge; by default 200 to 299.'),
  exit: someOf('exit codes', whole('an exit code', 0, 255))
    .exactOptional()
    .describe('Exit codes of a command that acknowledge; by default 0.'),
  at: pointer().exactOptional().describe('Where in its JSON a value stands that must be there too.'),
  equals: scalar.exactOptional().describe('That value, such as true.'),
})
  .refine((expect) => (expect.at === undefined) === (expect.equals === undefined), {
    error: note({
      what: '"at" and "equals" go together',
      expected: 'both, or neither',
      fix: 'add the other one',
    }),
  })
  .describe('What acknowledges the act, where it is not simply 2xx or exit code 0.');

/** Exactly one way to do it. */
function oneWay(operation: { readonly request?: string; readonly command?: unknown }): boolean {
  return (operation.request === undefined) !== (operation.command === undefined);
}

const ONE_WAY = {
  error: note({
    what: 'an operation is either a request or a command',
    expected: 'exactly one of: request, command',
    fix: 'add the one, or take the other away',
  }),
};

export const manualStepSchema = section('a step', {
  host: name('a host').describe('The host it is run on.'),
  run: wordsOf('launchctl').describe(
    'The command, word by word; no shell reads it. $level, $incident and $revision stand for those of the halt.',
  ),
}).describe('One command of the procedure.');

const token = (key: string) =>
  text(/^(?:[!-~]+|\$\{.+)$/, {
    expected: 'a token without spaces',
    fix: `name a variable that holds it, such as \${PRINCIPAL_TOKEN}`,
    what: `"${key}" is not a token`,
  });

const picked = {
  level: pointer().describe('Where the level stands in the answer, as a JSON Pointer.'),
  incident: pointer().describe('Where the id of the open incident stands.'),
  reason: pointer().describe('Where the reason of the halt stands.'),
  revision: pointer().describe('Where the revision stands that a resume must name.'),
  asset: pointer().describe('Where the halted asset stands.'),
};

const haltPick = section('what is picked from the reply', {
  level: picked.level.exactOptional(),
  incident: picked.incident.exactOptional(),
  reason: picked.reason.exactOptional(),
  revision: picked.revision.exactOptional(),
  asset: picked.asset.exactOptional(),
  stops: pointer()
    .exactOptional()
    .describe('Where the list of claimed stops stands: objects with service, host and outcome.'),
  recorded: pointer().exactOptional().describe('Where it says whether the halt was recorded durably.'),
});

const query = text(
  /^\s*(?:select|SELECT|with|WITH)\s[^;]+(?:;\s*)?$/,
  { expected: 'one select statement', fix: 'write a single query that only reads' },
  { lines: true },
);

const storeHost = name('a host')
  .exactOptional()
  .describe(
    "The host on which the file lies; without it, the broker's, or this machine where there is none.",
  );

/** Asks and changes nothing; so there is nothing of the drill to be filled in. */
const questionSchema = section('a command that asks', {
  host: commandSchema.shape.host,
  run: someOf(
    'words of a command',
    text(/./, { expected: 'a word of a command', fix: 'write each argument by itself' }),
  ).describe('The command, word by word; no shell reads it, and nothing is filled in.'),
});

const stateSchema = section('the state', {
  sqlite: localPath().exactOptional().describe("The broker's SQLite file."),
  query: query
    .exactOptional()
    .describe('For sqlite: yields one row with level, incident, reason, revision and asset.'),
  incidents: query
    .exactOptional()
    .describe('For sqlite: yields every incident: id, level, reason, opened_at, resolved_at.'),
  json: localPath().exactOptional().describe('A JSON file.'),
  url: httpUrl()
    .exactOptional()
    .describe(
      "An address whose answer to a GET is JSON; not the broker's own, which is asked for its status.",
    ),
  headers: headers.describe('For url: headers to send.'),
  command: questionSchema
    .exactOptional()
    .describe("Prints JSON and ends with 0, such as a database's own client."),
  on: storeHost,
  pick: section('what is picked from the state', {
    level: picked.level,
    incident: picked.incident,
    reason: picked.reason.exactOptional(),
    revision: picked.revision.exactOptional(),
    asset: picked.asset.exactOptional(),
  })
    .exactOptional()
    .describe('For json, url and command: where the state stands.'),
  'incident-list': section('the list of incidents', {
    at: pointer().describe('Where the list of all incidents stands.'),
    id: pointer().prefault('/id').describe('In an incident: its id.'),
    level: pointer().prefault('/level').describe('Its level.'),
    reason: pointer().exactOptional().describe('Its reason.'),
    'opened-at': pointer().exactOptional().describe('When it was opened.'),
    'resolved-at': pointer()
      .prefault('/resolved_at')
      .describe('When it was resolved; null or not there: open.'),
  })
    .exactOptional()
    .describe('For json, url and command: where every incident stands.'),
});

export const brokerSchema = section('the broker', {
  service: name('a service')
    .exactOptional()
    .describe('The service that owns the kill switch; left out where the switch is nothing but a command.'),
  api: httpUrl().exactOptional().describe('Base address of its API; needed where anything is a request.'),
  tls: section('the TLS settings', {
    ca: localPath().describe(
      'PEM file with the certificate authority that signed the certificate of the API. No other is then trusted.',
    ),
  })
    .exactOptional()
    .describe('For an API behind a private certificate authority.'),
  auth: section('the credentials', {
    bearer: token('bearer').describe('Bearer token; name a variable instead of writing it here.'),
    second: token('second')
      .exactOptional()
      .describe(
        'Token of a second operator, for a resume that needs one: it stands where the resume says $second.',
      ),
  })
    .refine(({ bearer, second }) => bearer !== second, {
      path: ['second'],
      error: note({
        what: '"second" is the same token as "bearer"',
        expected: "another operator's token",
        fix: 'name the variable that holds the other one',
      }),
    })
    .exactOptional()
    .describe('How the runner identifies itself.'),
  halt: section('the halt operation', {
    request: request.exactOptional(),
    body,
    headers,
    command: commandSchema.exactOptional(),
    expect: expectSchema.exactOptional(),
    pick: haltPick.prefault({}).describe('What its reply claims.'),
  })
    .refine(oneWay, ONE_WAY)
    .describe('The trigger.'),
  resume: section('the resume operation', {
    request: request.exactOptional(),
    body,
    headers,
    command: commandSchema.exactOptional(),
    expect: expectSchema.exactOptional(),
    'without-ownership': z
      .literal('accepted', {
        error: note({ expected: 'accepted', fix: 'write accepted, or take it away' }),
      })
      .exactOptional()
      .describe(
        'Only where neither status nor state is declared, and needed there: nothing then shows whose halt is in force, and the resume after a drill would also lift one that somebody else made meanwhile. Writing this says that nobody else uses the switch during a drill.',
      ),
  })
    .refine(oneWay, ONE_WAY)
    .describe('Undoes the halt.'),
  'manual-resume': someOf('steps', manualStepSchema)
    .exactOptional()
    .describe(
      'The documented procedure, in order, that lifts a halt which no API call lifts. Services that are still down are then started by their own commands.',
    ),
  status: section('the status operation', {
    request: request.exactOptional(),
    body,
    headers,
    command: commandSchema.exactOptional(),
    pick: section('what is picked from the status', {
      level: picked.level,
      incident: picked.incident,
      reason: picked.reason.exactOptional(),
      revision: picked.revision.exactOptional(),
      asset: picked.asset.exactOptional(),
    }).describe('Where the state stands in the answer.'),
  })
    .refine(oneWay, ONE_WAY)
    .exactOptional()
    .describe(
      'Asks for the halt state. Left out where nothing can be asked: the report then says that it is not covered.',
    ),
  state: stateSchema
    .exactOptional()
    .describe(
      'The halt state where it lives, read without asking the broker. Left out where it lives nowhere: the report then says that it is not covered.',
    ),
  audit: section('the audit log', {
    sqlite: localPath().exactOptional().describe('The SQLite file of the audit log.'),
    query: query
      .exactOptional()
      .describe('For sqlite: yields every entry in order: seq, at, actor, action, subject, host, outcome.'),
    lines: localPath().exactOptional().describe('A file of JSON, one entry a line, in order.'),
    command: questionSchema
      .exactOptional()
      .describe(
        'Prints every entry in order as JSON, one a line or as one list, such as journalctl -u broker -o json.',
      ),
    on: storeHost,
    pick: section('what is picked from an entry', {
      seq: pointer().exactOptional().describe('Where its number stands; without it, its place counts.'),
      at: pointer().exactOptional().describe('When it was written.'),
      actor: pointer().exactOptional().describe('Who did it.'),
      action: pointer().exactOptional().describe('What was done.'),
      subject: pointer().describe('What it was done to, such as a service.'),
      host: pointer().exactOptional().describe('Where.'),
      outcome: pointer().describe('What came of it.'),
    })
      .exactOptional()
      .describe('For lines and command: where in an entry its parts stand.'),
    stopped: someOf('outcomes', sentence('a value of outcome')).describe(
      'Values of outcome by which an entry claims that its subject was stopped.',
    ),
    refused: someOf('words', sentence('a value of action or outcome'))
      .exactOptional()
      .describe('Values of action or outcome by which an entry records that a request was refused.'),
  })
    .exactOptional()
    .describe("The broker's audit log, held against the evidence."),
  messages: section('the message operation', {
    request,
    headers,
    body: z
      .json({ error: note({ expected: 'anything that JSON can hold', fix: 'write the body as a map' }) })
      .describe('JSON body. $sender, $service and $message stand for who writes, to whom, and what.'),
    table: section('the table of messages', {
      sqlite: localPath().describe("The SQLite file of the broker's messages, on the broker's host."),
      query: query.describe(
        'Yields every message that lies there: recipient, body and, where it has one, state. Only those of the drill are read.',
      ),
    })
      .exactOptional()
      .describe('Where messages lie until they are delivered, read without asking the broker.'),
  })
    .exactOptional()
    .describe('Sends a message through the broker, for the guard message-to-halted.'),
}).describe('The service that owns the kill switch, and how to talk to it.');

const exchangeSchema = section('the exchange', {
  url: httpUrl().describe('One GET of it answers everything below.'),
  positions: pointer().describe('Leads to { asset: quantity }.'),
  open: pointer().describe('Leads to { asset: count of open, conditional and queued orders }.'),
  accepted: pointer().describe('Leads to a list of { asset, account, count } of orders accepted so far.'),
}).describe("An independent system in which the fleet's effects can be seen.");

export const inventorySchema = section('the inventory', {
  fleet: name('the fleet').describe('The name of the fleet.'),
  provider: oneOf(['live', 'embedded-lab'])
    .prefault('live')
    .describe(
      '"embedded-lab": the runner starts this fleet itself, on this machine. Leave it out for a real one.',
    ),
  hosts: named('a host', hostSchema).describe('Every machine of the fleet, by name.'),
  'one-machine': list('groups of hosts', list('hosts', name('a host')))
    .prefault([])
    .describe('Groups of hosts that are one machine and share its process table.'),
  services: named('a service', serviceSchema).describe('Every daemon of the fleet, by name.'),
  broker: brokerSchema,
  exchange: exchangeSchema.exactOptional(),
  ...windowsShape,
  gate: section('the gate', {
    'stale-after': days()
      .prefault('30d')
      .describe('How old the proof of the level below may be, such as 30d or 12h.'),
  })
    .prefault({})
    .describe('A drill of a live fleet does not begin before the level below it is proven.'),
  secrets: list(
    'secrets',
    text(/\S/, {
      expected: 'text on one line',
      fix: `name a variable that holds it, such as \${DATABASE_PASSWORD}`,
      // Never quoted.
      what: 'this is no secret that can be kept',
    }),
  )
    .prefault([])
    .describe(
      'Values that must be in nothing that is written or printed, besides the tokens of the broker; name variables instead of writing them here.',
    ),
}).describe('The fleet as its operator knows it. Never derived from what the broker says.');

export type InventoryFile = z.output<typeof inventorySchema>;
export type HostFile = z.output<typeof hostSchema>;
export type ServiceFile = z.output<typeof serviceSchema>;
export type ManualStepFile = z.output<typeof manualStepSchema>;
export type CommandFile = z.output<typeof commandSchema>;
export type BrokerFile = z.output<typeof brokerSchema>;

// What needs no mapping is held to the model right here.
matchSchema satisfies z.ZodType<Match>;
body satisfies z.ZodType<Json>;
haltPick satisfies z.ZodType<Broker['halt']['pick']>;
