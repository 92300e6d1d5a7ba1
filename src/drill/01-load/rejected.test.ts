import { describe, expect, it } from 'vitest';
import { loadFleet } from './load-fleet.ts';
import { formatProblem } from './problem.ts';

const INVENTORY = `fleet: small
hosts:
  knox: { transport: local, manager: launchd }
  tesseract:
    transport: ssh
    address: 192.0.2.7
    user: ops
    manager: systemd
services:
  principal:
    host: knox
    label: com.example.principal
    match: { exe: /opt/bin/principal }
  hermes:
    host: tesseract
    label: hermes.service
    match: { exe: /opt/bin/hermes }
broker:
  service: principal
  api: http://127.0.0.1:8700
  auth: { bearer: "\${TOKEN}" }
  halt:
    request: POST /v1/halt
    body: { level: $level, reason: $reason }
  resume:
    request: POST /v1/resume
    body: { incident: $incident }
  status:
    request: GET /v1/status
    pick: { level: /level, incident: /incident/id }
  state: { sqlite: state.db, query: select level from halt_state }
exchange: { url: http://127.0.0.1:9000/book, positions: /p, open: /o, accepted: /a }
`;

const DRILL = `name: level-2
title: Halt all trading
level: 2
within: 5s
hold: 6s
stops: [hermes]
keeps: [principal]
effects: { silent: [DOGE-USD], active: [BTC-USD] }
crash: principal
`;

const ISSUES = `issues:
  - id: KI-001
    title: It never stops
    code: successful-no-op
    level: 2
    host: tesseract
    services: [hermes]
    owner: operations
    filed: 2026-11-01
    fix: Stop it
    expires: 2026-12-31
`;

type Edit = readonly [string, string];
type Edits = {
  readonly inventory?: readonly Edit[];
  readonly drill?: readonly Edit[];
  readonly issues?: readonly Edit[];
};

function edited(text: string, edits: readonly Edit[] = []): string {
  return edits.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`nothing to edit: ${from}`);
    return before.replace(from, () => to);
  }, text);
}

function problemsOf(edits: Edits, env: Record<string, string> = { TOKEN: 'sesame' }): string[] {
  const loaded = loadFleet(
    {
      inventory: { path: 'inventory.yaml', text: edited(INVENTORY, edits.inventory) },
      drill: { path: 'drill.yaml', text: edited(DRILL, edits.drill) },
      knownIssues: { path: 'known.yaml', text: edited(ISSUES, edits.issues) },
    },
    { env: (name) => env[name], resolvePath: (path) => path },
  );
  return loaded.ok ? [] : loaded.problems.map(formatProblem);
}

const SECOND_HOST = (host: string, name = 'twin'): Edit => ['services:\n', `  ${name}: ${host}\nservices:\n`];

const REJECTED: Record<string, { readonly edits: Edits; readonly says: readonly string[] }> = {
  'a drill that names an unknown service': {
    edits: { drill: [['[hermes]', '[hermess]']] },
    says: [
      'drill.yaml:6:9: "hermess" is not a service of the inventory; stops names declared services; did you mean "hermes"?',
    ],
  },
  'a name that is near nothing': {
    edits: { drill: [['[principal]', '[principal, zeus]']] },
    says: [
      'drill.yaml:7:20: "zeus" is not a service of the inventory; keeps names declared services; use one of: principal, hermes',
    ],
  },
  'a target that is also a survivor': {
    edits: { drill: [['[principal]', '[principal, hermes]']] },
    says: [
      'drill.yaml:7:20: "hermes" must both stop and survive; it is in stops and in keeps; take it out of one of them',
    ],
  },
  'a service that is named twice': {
    edits: { drill: [['[hermes]', '[hermes, hermes]']] },
    says: ['drill.yaml:6:17: "hermes" is named twice; once is enough; take one away'],
  },
  'a drill in which nothing must stop': {
    edits: {
      drill: [
        ['[hermes]', '[]'],
        ['effects: { silent: [DOGE-USD], active', 'effects: { active'],
      ],
    },
    says: [
      'drill.yaml:6:1: this drill has nothing to check: nothing must stop; survivors and the words of the broker alone prove no halt; name services in stops, or assets in effects.silent or effects.flat',
    ],
  },
  'a container on no host, on itself, on another container': {
    edits: {
      inventory: [
        SECOND_HOST('{ transport: container, engine: podman, container: c, on: knoxx, manager: none }'),
        SECOND_HOST(
          '{ transport: container, engine: podman, container: d, on: third, manager: none }',
          'third',
        ),
        SECOND_HOST(
          '{ transport: container, engine: podman, container: e, on: twin, manager: none }',
          'fourth',
        ),
      ],
    },
    says: [
      'inventory.yaml:9:67: "knoxx" is not a host of the inventory; container "twin" must be on a declared host; did you mean "knox"?',
      'inventory.yaml:10:68: "third" is a container itself; a container is reached through a local host or one over ssh; name that host',
      'inventory.yaml:11:69: "twin" is a container itself; a container is reached through a local host or one over ssh; name that host',
    ],
  },
  'a container twice': {
    edits: {
      inventory: [
        SECOND_HOST('{ transport: container, engine: podman, container: c, on: knox, manager: none }'),
        SECOND_HOST(
          '{ transport: container, engine: docker, container: c, on: knox, manager: none }',
          'third',
        ),
      ],
    },
    says: [
      'inventory.yaml:10:61: hosts "twin" and "third" are one machine by their container; a process there would be counted for both; take one of them away, or say "one-machine: [[twin, third]]" if that is meant',
    ],
  },
  'a passphrase that opens no named key': {
    edits: {
      inventory: [
        SECOND_HOST('{ transport: ssh, address: 192.0.2.8, passphrase: open sesame, manager: none }'),
      ],
    },
    says: [
      'inventory.yaml:9:47: host "twin" has a passphrase and no "identity-file"; it would be tried on every key of the ssh configuration; name the key that it opens',
    ],
  },
  'an engine and a container that are more than names': {
    edits: {
      inventory: [
        SECOND_HOST(
          '{ transport: container, engine: "podman --remote", container: "-it", on: knox, manager: none }',
        ),
      ],
    },
    says: [
      'inventory.yaml:9:41: "engine" is "podman --remote"; it must be the name of a command, or an absolute path; write it like podman or /usr/bin/docker',
      'inventory.yaml:9:71: "container" is "-it"; it must be the name or id of a container; copy it from `podman ps`',
    ],
  },
  'two local hosts': {
    edits: { inventory: [SECOND_HOST('{ transport: local, manager: launchd }')] },
    says: [
      'inventory.yaml:9:22: hosts "knox" and "twin" are one machine by their address; a process there would be counted for both; take one of them away, or say "one-machine: [[knox, twin]]" if that is meant',
    ],
  },
  'a local host and one at a loopback address': {
    edits: {
      inventory: [
        SECOND_HOST('{ transport: ssh, address: 127.0.0.1, port: 2222, user: ops, manager: launchd }'),
      ],
    },
    says: [
      'inventory.yaml:9:36: hosts "knox" and "twin" are one machine by their address; a process there would be counted for both; correct the address, say "one-machine: [[knox, twin]]" if that is meant, or "forwarded: true" if a forwarded port leads to another machine',
    ],
  },
  'two hosts at one address and port': {
    edits: {
      inventory: [
        SECOND_HOST('{ transport: ssh, address: 192.0.2.7, port: 22, user: root, manager: launchd }'),
      ],
    },
    says: [
      'inventory.yaml:9:36: hosts "tesseract" and "twin" are one machine by their address; a process there would be counted for both; correct the address, or say "one-machine: [[tesseract, twin]]" if that is meant',
    ],
  },
  'one-machine that names an unknown host': {
    edits: { inventory: [['services:\n', 'one-machine: [[knox, teseract]]\nservices:\n']] },
    says: [
      'inventory.yaml:9:22: "teseract" is not a host of the inventory; one-machine groups declared hosts; did you mean "tesseract"?',
    ],
  },
  'one-machine that groups nothing': {
    edits: { inventory: [['services:\n', 'one-machine: [[knox, knox]]\nservices:\n']] },
    says: [
      'inventory.yaml:9:15: this group does not name two different hosts, each once; it says which hosts are one machine; name them, or take the group away',
    ],
  },
  'a service on an unknown host': {
    edits: { inventory: [['host: tesseract', 'host: teseract']] },
    says: [
      'inventory.yaml:15:11: "teseract" is not a host of the inventory; service "hermes" must live on a declared host; did you mean "tesseract"?',
    ],
  },
  'a broker that is no service': {
    edits: { inventory: [['service: principal', 'service: principle']] },
    says: [
      'inventory.yaml:19:12: "principle" is not a service of the inventory; the broker is one of the declared services; did you mean "principal"?',
      'drill.yaml:9:8: "principal" is not the broker; only the broker is crashed, to see whether the halt outlives it; write crash: principle, or take it away',
    ],
  },
  'two services with one match on one host': {
    edits: {
      inventory: [
        [
          'broker:\n',
          '  shiva: { host: tesseract, label: shiva, match: { exe: /opt/bin/hermes } }\nbroker:\n',
        ],
      ],
    },
    says: [
      'inventory.yaml:18:50: "shiva" and "hermes" would recognise the same processes; on one machine a process must belong to one service at most; give each a match of its own',
    ],
  },
  'a match that takes in that of another service on the same machine': {
    edits: {
      inventory: [
        ['services:\n', 'one-machine: [[knox, tesseract]]\nservices:\n'],
        ['match: { exe: /opt/bin/hermes }', 'match: { exe: /opt/bin/principal, script: /opt/hermes }'],
      ],
    },
    says: [
      'inventory.yaml:18:12: "hermes" and "principal" would recognise the same processes; on one machine a process must belong to one service at most; give each a match of its own',
    ],
  },
  'a helper that would excuse the service itself': {
    edits: {
      inventory: [
        ['{ exe: /opt/bin/hermes }', '{ exe: /opt/bin/hermes }\n    leaves: [{ exe: /opt/bin/hermes }]'],
      ],
    },
    says: [
      'inventory.yaml:18:14: what "hermes" may leave behind includes "hermes" itself; a service that did not stop would be excused; describe only the helper',
    ],
  },
  'a crash of a service that is not the broker': {
    edits: { drill: [['crash: principal', 'crash: hermes']] },
    says: [
      'drill.yaml:9:8: "hermes" is not the broker; only the broker is crashed, to see whether the halt outlives it; write crash: principal, or take it away',
    ],
  },
  'a crash of a target': {
    edits: {
      drill: [
        ['stops: [hermes]', 'stops: [hermes, principal]'],
        ['keeps: [principal]', 'keeps: []'],
      ],
    },
    says: [
      'drill.yaml:6:17: "principal" must stop, and the drill would resume through its API; a broker that is gone answers no resume; write resume: manual, or take it out of stops',
      'drill.yaml:9:8: "principal" must stop and cannot be crashed; it has to come back from the crash; take it out of stops, or take crash away',
    ],
  },
  'a crash of a service that need not survive': {
    edits: { drill: [['keeps: [principal]', 'keeps: []']] },
    says: [
      'drill.yaml:9:8: "principal" is to be crashed and is not in keeps; it has to survive the halt and come back from the crash; add "principal" to keeps',
    ],
  },
  'a crash of an unknown service': {
    edits: { drill: [['crash: principal', 'crash: principle']] },
    says: [
      'drill.yaml:9:8: "principle" is not a service of the inventory; crash names the broker; did you mean "principal"?',
    ],
  },
  'a crash that nothing would undo': {
    edits: {
      inventory: [
        ['manager: launchd', 'manager: none'],
        ['label: com.example.principal', 'start: [/opt/bin/principal]'],
      ],
    },
    says: [
      'drill.yaml:9:8: nothing would bring "principal" back; host "knox" has no service manager; take crash away, or run the broker under a manager',
    ],
  },
  'level 1 without an asset': {
    edits: { drill: [['level: 2', 'level: 1']] },
    says: [
      'drill.yaml:3:8: a drill of level 1 names no asset; level 1 halts one asset; add asset, such as asset: DOGE-USD',
    ],
  },
  'a broker that is to say another level': {
    edits: { drill: [['crash:', 'broker: { level: 3, incident: open }\ncrash:']] },
    says: [
      'drill.yaml:9:18: the broker is to say level 3 in a drill of level 2; a halt that is recorded at another level is a fault; write level: 2',
    ],
  },
  'effects without an exchange': {
    edits: {
      inventory: [
        ['exchange: { url: http://127.0.0.1:9000/book, positions: /p, open: /o, accepted: /a }\n', ''],
      ],
    },
    says: [
      'drill.yaml:8:1: the drill demands effects, and the inventory has no exchange; effects are seen at the exchange; declare exchange in the inventory, or take effects away',
    ],
  },
  'an asset both silent and active': {
    edits: { drill: [['active: [BTC-USD]', 'active: [DOGE-USD]']] },
    says: [
      'drill.yaml:8:41: "DOGE-USD" must be both silent and active; one rules out the other; take it out of silent or of active',
    ],
  },
  'a halted asset that must stay active': {
    edits: { drill: [['level: 2', 'level: 2\nasset: BTC-USD']] },
    says: [
      'drill.yaml:9:41: "BTC-USD" is the halted asset and must stay active; one rules out the other; take it out of active',
    ],
  },
  'samples too far apart to prove anything': {
    edits: { drill: [['hold: 6s', 'hold: 6s\nsample-every: 2s']] },
    says: [
      'drill.yaml:6:15: sample-every (2000 ms) is not shorter than max-gap (1000 ms); samples that far apart prove nothing; sample more often, or admit a longer max-gap',
    ],
  },
  'a gap as long as the hold': {
    edits: { drill: [['hold: 6s', 'hold: 6s\nmax-gap: 7s']] },
    says: [
      'drill.yaml:6:10: max-gap (7000 ms) is longer than hold (6000 ms); the whole hold could pass unseen; hold longer, or shorten max-gap',
    ],
  },
  'a store on a host that is not local': {
    edits: {
      inventory: [
        ['host: knox\n    label: com.example.principal', 'host: tesseract\n    label: com.example.principal'],
        ['exchange:', '  audit: { sqlite: state.db, query: select 1, stopped: [stopped] }\nexchange:'],
      ],
    },
    says: [
      'inventory.yaml:31:20: "state.db" is on "tesseract", and is no absolute path; nothing there says what it would be relative to; begin it with "/"',
      'inventory.yaml:32:20: "state.db" is on "tesseract", and is no absolute path; nothing there says what it would be relative to; begin it with "/"',
    ],
  },
  'a service without a manager and without a start': {
    edits: { inventory: [['manager: systemd', 'manager: none']] },
    says: [
      'inventory.yaml:14:3: service "hermes" has no "start"; host "tesseract" has no service manager that could start it again; add the command that starts it, as a list of words',
    ],
  },
  'a managed service without a label': {
    edits: { inventory: [['    label: hermes.service\n', '']] },
    says: [
      'inventory.yaml:14:3: service "hermes" has no "label"; systemd on "tesseract" knows it by one; add its label',
    ],
  },
  'keys that the manager of the host does not know': {
    edits: {
      inventory: [
        ['manager: systemd', 'manager: systemd\n    manager-config: /etc/x.conf'],
        ['label: com.example.principal', 'label: com.example.principal\n    scope: user'],
      ],
    },
    says: [
      'inventory.yaml:9:5: host "tesseract" has a "manager-config"; systemd is asked without one; take it away',
      'inventory.yaml:14:12: service "principal" has the scope "user"; launchd on "knox" has no managers of users; write the domain before the label, as in gui/501/…',
    ],
  },
  'a halt that carries neither level nor reason': {
    edits: {
      inventory: [['body: { level: $level, reason: $reason }', 'body: { level: 2, reason: $raeson }']],
    },
    says: [
      'inventory.yaml:24:5: the halt request does not carry $level; every drill would trigger the same level; add $level to its body, such as level: $level',
      'inventory.yaml:24:31: "$raeson" stands for nothing; a word that begins with "$" stands for a value of the drill; did you mean "$reason"?',
    ],
  },
  'secrets in the wrong request': {
    edits: {
      inventory: [
        ['reason: $reason }', 'reason: $reason, who: $second }'],
        ['incident: $incident }', 'incident: $incident, why: "so: $phrase" }'],
      ],
    },
    says: [
      'inventory.yaml:24:50: "$second" stands for nothing here; it is a secret and belongs into the resume request only; take it away',
      'inventory.yaml:27:39: "$phrase" stands for nothing here; it is a secret and belongs into the halt request only; take it away',
    ],
  },
  'a second operator whose token is not given': {
    edits: {
      inventory: [
        ['incident: $incident }', 'incident: $incident }\n    headers: { Second: Bearer $second }'],
      ],
    },
    says: [
      'inventory.yaml:28:24: the resume request carries $second, and no such token is given; $second stands for the token of a second operator; add second to auth, or take $second away',
    ],
  },
  'a second operator whose token is never shown': {
    edits: { inventory: [['TOKEN}" }', 'TOKEN}", second: another }']] },
    says: [
      'inventory.yaml:21:31: the resume request does not carry $second; the token of the second operator would never be shown; add it to the resume, such as headers: { Second-Operator: Bearer $second }, or take second away',
    ],
  },
  'a second operator who is the first': {
    edits: {
      inventory: [
        ['TOKEN}" }', 'TOKEN}", second: "${TOKEN}" }'],
        ['incident: $incident }', 'incident: $incident, second: $second }'],
      ],
    },
    says: [
      'inventory.yaml:21:39: "second" is the same token as "bearer"; it must be another operator\'s token; name the variable that holds the other one',
    ],
  },
  'headers that cannot be sent': {
    edits: {
      inventory: [
        [
          'incident: $incident }',
          `incident: $incident }
    headers:
      Authorization: x
      "X Y": x
      Bell: "\\a"
      Twice: a
      TWICE: $who`,
        ],
      ],
    },
    says: [
      'inventory.yaml:29:7: "Authorization" cannot be a name; it must be none of: accept, accept-encoding, authorization, connection, content-length, content-type, expect, host, keep-alive, te, trailer, transfer-encoding, upgrade; take it away: the runner writes it itself',
      'inventory.yaml:30:7: "X Y" cannot be a name; it must be the name of a header: letters, digits and "-"; write it like Second-Operator',
      'inventory.yaml:31:13: this cannot be sent in a header; it must be the value of a header, in plain ASCII; name a placeholder such as Bearer $second',
    ],
  },
  'a header twice': {
    edits: {
      inventory: [['incident: $incident }', 'incident: $incident }\n    headers: { Twice: a, TWICE: b }']],
    },
    says: [
      'inventory.yaml:28:14: a header is named twice; it must be a map in which each header stands once, in whatever case; take one away',
    ],
  },
  'a header that stands for nothing': {
    edits: { inventory: [['incident: $incident }', 'incident: $incident }\n    headers: { Who: a $who }']] },
    says: [
      'inventory.yaml:28:21: "$who" stands for nothing; a word that begins with "$" stands for a value of the drill; use one of: $level, $asset, $reason, $incident, $revision, $second',
    ],
  },
  'a manual resume on no host, of no use': {
    edits: {
      inventory: [
        [
          '  status:\n',
          `  manual-resume:
    - { host: knocks, run: [/opt/principal, resume, $incidnet, $second] }
    - { host: knox, run: ["rm -rf"] }
    - { host: knox, run: [/opt/$incident] }
    - { host: knox, run: [] }
  status:\n`,
        ],
      ],
    },
    says: [
      'inventory.yaml:29:15: "knocks" is not a host of the inventory; a step of the procedure is run on a declared host; use one of: knox, tesseract',
      'inventory.yaml:29:53: "$incidnet" stands for nothing; a word that begins with "$" stands for a value of the drill; did you mean "$incident"?',
      'inventory.yaml:29:64: "$second" stands for nothing here; it is a secret and belongs into the resume request only; take it away',
      'inventory.yaml:30:27: item 1 of "run" is "rm -rf"; it must be the name of a command, or an absolute path; write it like launchctl or /opt/bin/launchctl',
      'inventory.yaml:31:27: the command of the step holds $incident; what the broker says must not choose what is run; write the command out',
      'inventory.yaml:32:26: the list is empty; it must be a list of words of a command, not empty; name at least one',
    ],
  },
  'a manual resume without a step': {
    edits: {
      inventory: [['  status:\n', '  manual-resume: []\n  status:\n']],
      drill: [['crash', 'resume: manual\ncrash']],
    },
    says: [
      'inventory.yaml:28:18: the list is empty; it must be a list of steps, not empty; name at least one',
    ],
  },
  'a resume by hand of which nothing is said': {
    edits: { drill: [['crash: principal', 'resume: manual']] },
    says: [
      'drill.yaml:9:9: the drill resumes by hand, and the inventory says nothing of how; the steps are those of broker.manual-resume; declare manual-resume in the inventory, or write resume: api',
    ],
  },
  'a phrase that the broker would never see': {
    edits: { drill: [['crash', 'phrase: typed\ncrash']] },
    says: [
      'drill.yaml:9:9: the operator is to type a phrase, and the halt request does not carry it; the broker would never see it; add $phrase to the body of broker.halt in the inventory, or write phrase: none',
    ],
  },
  'guards that cannot be tried, or would prove nothing': {
    edits: {
      drill: [
        [
          'crash',
          'guards: [no-token, no-token, wrong-phrase, lower-level, message-to-halted, resume-wrong-incident]\ncrash',
        ],
      ],
      inventory: [
        ['  auth: { bearer: "${TOKEN}" }\n', ''],
        ['body: { incident: $incident }', 'body: { level: $level }'],
      ],
    },
    says: [
      'drill.yaml:9:10: "no-token" in a fleet without tokens; the inventory gives the runner none, so that a halt without one is the only kind; add broker.auth to the inventory, or take the guard away',
      'drill.yaml:9:20: "no-token" is named twice; each guard is tried once; take one away',
      'drill.yaml:9:30: "wrong-phrase" in a drill without a phrase; it is tried only where somebody is there who types the right one; write phrase: typed, or take it away',
      'drill.yaml:9:44: "lower-level" in a drill of level 2; the level below halts one asset, which this drill does not; take it away',
      'drill.yaml:9:57: "message-to-halted" where nothing is routed; the inventory does not say how a message is sent; add broker.messages to the inventory, or take the guard away',
      'drill.yaml:9:76: "resume-wrong-incident" where no resume names an incident; it would be the resume itself; add $incident to broker.resume in the inventory, or take the guard away',
    ],
  },
  'stop conditions that could never come true, or say nothing': {
    edits: {
      drill: [
        [
          'crash',
          `stop-when:
  - survivor-dies: true
    host-lost: { for: 5s }
  - { then: hold }
  - { foreign-incident: true, then: resume }
  - { position-exceeds: { asset: BTC-USD, bound: 1 } }
  - { command: { host: knoxx, run: [x], within: 1m } }
  - { command: { host: knoxx, run: [x] } }
  - { command: { host: controller, run: [x] } }
  - { command: { host: controller, run: [x] } }
crash`,
        ],
        ['effects: { silent: [DOGE-USD], active: [BTC-USD] }\n', ''],
      ],
      inventory: [
        ['exchange: { url: http://127.0.0.1:9000/book, positions: /p, open: /o, accepted: /a }\n', ''],
      ],
    },
    says: [
      'drill.yaml:9:5: "survivor-dies" and "host-lost" in one stop condition; each item of stop-when has exactly one; write one of survivor-dies, position-exceeds, host-lost, foreign-incident, command, each in an item of its own',
      'drill.yaml:11:5: a stop condition without a condition; each item of stop-when has exactly one; write one of survivor-dies, position-exceeds, host-lost, foreign-incident, command',
      'drill.yaml:12:37: somebody else’s halt is not resumed; foreign-incident always means: touch nothing, resume nothing; take `then` away',
      'drill.yaml:13:5: position-exceeds where no position can be seen; the inventory has no exchange; declare exchange in the inventory, or take the condition away',
      'drill.yaml:14:49: a command may take 60 s; a drill does not wait longer than 30s for one; write within: 30s or less',
      'drill.yaml:15:24: "knoxx" is not a host of the inventory; the command runs on a host of it, or on the controller; did you mean "knox"?',
      'drill.yaml:17:5: the same condition stands there twice; once is enough; take one away',
    ],
  },
  'stop conditions that are spelt wrong': {
    edits: {
      drill: [
        [
          'crash',
          'stop-when: [{ survivor-dies: yes }, { survivor-die: true }, { host-lost: { for: 100 } }, { command: { host: knox, run: [] } }]\ncrash',
        ],
      ],
    },
    says: [
      'drill.yaml:9:30: "survivor-dies" is "yes"; it must be true; write true, or take the condition away',
      'drill.yaml:9:39: unknown key "survivor-die"; a stop condition has no such key; did you mean "survivor-dies"?',
      'drill.yaml:9:81: "for" is 100; it must be a duration such as 500ms, 5s, 2m or 1h, at most 24h; write a whole number and its unit',
      'drill.yaml:9:120: the list is empty; it must be a list of words of a command, not empty; name at least one',
    ],
  },
  'survivor-dies without survivors, and a loss shorter than a gap': {
    edits: {
      drill: [
        ['crash: principal', 'stop-when: [{ survivor-dies: true }, { host-lost: { for: 500ms } }]'],
        ['keeps: [principal]', 'keeps: []'],
      ],
    },
    says: [
      'drill.yaml:9:13: survivor-dies in a drill in which nothing must survive; it watches the services of keeps; name them in keeps, or take the condition away',
      'drill.yaml:9:58: a host would be lost after 500 ms; samples may be max-gap (1000 ms) apart; wait for longer than max-gap',
    ],
  },
  'a message that could not be found again': {
    edits: {
      inventory: [
        [
          '  state: {',
          '  messages:\n    request: POST /m\n    body: { to: $service, text: $reason }\n  state: {',
        ],
      ],
    },
    says: [
      'inventory.yaml:33:5: the messages request does not carry $message; the drill could not find its own message again; add $message to its body, such as message: $message',
      'inventory.yaml:33:33: "$reason" stands for nothing; a word that begins with "$" stands for a value of the drill; use one of: $sender, $service, $message',
    ],
  },
  'a GET with a body': {
    edits: { inventory: [['GET /v1/status', 'GET /v1/status\n    body: { a: 1 }']] },
    says: [
      'inventory.yaml:30:5: the status request is a GET and has a body; a GET carries none; take the body away, or use POST',
    ],
  },
  'a known issue of unknown code, host and service': {
    edits: {
      issues: [
        ['successful-no-op', 'sucessful-noop'],
        ['host: tesseract', 'host: knoxx'],
        ['[hermes]', '[hermes, hermse]'],
      ],
    },
    says: [
      'known.yaml:4:11: "sucessful-noop" is not the code of a finding; a known issue accepts a finding by its code; did you mean "successful-no-op"?',
      'known.yaml:6:11: "knoxx" is not a host of the inventory; a known issue names the host of the finding; did you mean "knox"?',
      'known.yaml:7:24: "hermse" is not a service of the inventory; a known issue names its services one by one; did you mean "hermes"?',
    ],
  },
  'a finding that can never be accepted': {
    edits: { issues: [['successful-no-op', 'order-after-halt']] },
    says: [
      'known.yaml:4:11: "order-after-halt" can never be accepted; the drill would prove nothing with it; mend the cause: Block at the exchange, not only at the trader.',
    ],
  },
  'a doubt that can never be accepted': {
    edits: { issues: [['successful-no-op', 'unreachable-host']] },
    says: [
      'known.yaml:4:11: "unreachable-host" can never be accepted; what could not be told is not known; mend the cause: Restore the connection and run the drill again.',
    ],
  },
  'a day that is in no calendar': {
    edits: { issues: [['filed: 2026-11-01', 'filed: 2026-02-29']] },
    says: [
      'known.yaml:9:12: "filed" is "2026-02-29"; it must be a day such as 2026-11-01; write it as YYYY-MM-DD',
    ],
  },
  'an issue that expires before it was filed': {
    edits: { issues: [['expires: 2026-12-31', 'expires: 2026-10-31']] },
    says: [
      'known.yaml:11:14: it expires on 2026-10-31, before it was filed on 2026-11-01; it would never be in force; correct one of the two days',
    ],
  },
  'two issues of one id': {
    edits: {
      issues: [
        ['issues:\n', `${ISSUES}`],
        ['expires: 2026-12-31\n', 'expires: 2026-12-31\n'],
      ],
    },
    says: ['known.yaml:12:9: "KI-001" is the id of two known issues; footnotes go by it; give each its own'],
  },
  'a key that is misspelt, and so missing': {
    edits: { drill: [['within: 5s', 'whitin: 5s']] },
    says: ['drill.yaml:4:1: unknown key "whitin"; a drill has no such key; did you mean "within"?'],
  },
  'a key in the wrong spelling': {
    edits: { drill: [['hold: 6s', 'hold: 6s\nrestoreWithin: 5s']] },
    says: [
      'drill.yaml:6:1: unknown key "restoreWithin"; a drill has no such key; did you mean "restore-within"?',
    ],
  },
  'a key that is missing': {
    edits: { inventory: [['fleet: small\n', '']] },
    says: [
      'inventory.yaml:1:1: "fleet" is missing; it must be the fleet: letters, digits, ".", "_" and "-", at most 64, a letter or digit first; add it',
    ],
  },
  'a duration without a unit, one of nothing, one of more than a day': {
    edits: {
      drill: [
        ['within: 5s', 'within: 5'],
        ['hold: 6s', 'hold: 0s\nsettle: 25h'],
      ],
    },
    says: [
      'drill.yaml:4:9: "within" is 5; it must be a duration such as 500ms, 5s, 2m or 1h, at most 24h; write a whole number and its unit',
      'drill.yaml:5:7: "hold" is "0s"; it must be a duration such as 500ms, 5s, 2m or 1h, at most 24h; write a whole number and its unit',
      'drill.yaml:6:9: "settle" is "25h"; it must be a duration such as 500ms, 5s, 2m or 1h, at most 24h; write a whole number and its unit',
    ],
  },
  'a key without a value': {
    edits: { drill: [['stops: [hermes]', 'stops:']] },
    says: ['drill.yaml:6:1: "stops" has no value; it must be a list of services; write it like [one, two]'],
  },
  'a transport and a manager that do not exist': {
    edits: {
      inventory: [
        ['transport: ssh', 'transport: shh'],
        ['manager: launchd', 'manager: lunchd'],
      ],
    },
    says: [
      'inventory.yaml:3:38: "manager" is "lunchd"; it must be one of: launchd, systemd, supervisord, pm2, none; did you mean "launchd"?',
      'inventory.yaml:5:16: "transport" is "shh"; it must be a transport, one of: local, ssh, container; did you mean "ssh"?',
    ],
  },
  'a remote path that is not absolute': {
    edits: { inventory: [['{ exe: /opt/bin/hermes }', '{ exe: bin/hermes }']] },
    says: ['inventory.yaml:17:19: "exe" is "bin/hermes"; it must be an absolute path; begin it with "/"'],
  },
  'a match that recognises nothing': {
    edits: { inventory: [['{ exe: /opt/bin/hermes }', '{}']] },
    says: [
      'inventory.yaml:17:12: the match is empty; it must be at least one of: exe, argv0, script; say how the process is recognised',
    ],
  },
  'an address that holds credentials': {
    edits: { inventory: [['http://127.0.0.1:8700', 'http://ops:secret@127.0.0.1:8700']] },
    says: [
      'inventory.yaml:20:8: this is not a plain address; it must be an http:// or https:// address without a user, a password or a "#"; write it like http://127.0.0.1:8700',
    ],
  },
  'a port out of range': {
    edits: { inventory: [['user: ops', 'user: ops\n    port: 65536']] },
    says: [
      'inventory.yaml:8:11: "port" is 65536; it must be a port: a whole number from 1 to 65535; write such a number',
    ],
  },
  'a name that cannot be one': {
    edits: { inventory: [['  knox:', '  "knox; rm":']], drill: [['crash: principal\n', '']] },
    says: [
      'inventory.yaml:3:3: "knox; rm" cannot be a name; it must be the name of a host: letters, digits, ".", "_" and "-", at most 64, a letter or digit first; rename it',
      'inventory.yaml:11:11: "knox" is not a host of the inventory; service "principal" must live on a declared host; use one of: knox; rm, tesseract',
    ],
  },
  'a query that does more than read': {
    edits: { inventory: [['select level from halt_state', 'select 1; delete from halt_state']] },
    says: [
      'inventory.yaml:31:37: "query" is "select 1; delete from halt_state"; it must be one select statement; write a single query that only reads',
    ],
  },
  'faults in all three files, at once': {
    edits: {
      inventory: [
        ['host: tesseract', 'host: teseract'],
        ['manager: systemd', 'manger: systemd'],
      ],
      drill: [
        ['[hermes]', '[hermess]'],
        ['within: 5s', 'within: soon'],
      ],
      issues: [
        ['[hermes]', '[shiva]'],
        ['owner: operations\n    ', ''],
      ],
    },
    says: [
      'inventory.yaml:8:5: unknown key "manger"; an ssh host has no such key; did you mean "manager"?',
      'inventory.yaml:15:11: "teseract" is not a host of the inventory; service "hermes" must live on a declared host; did you mean "tesseract"?',
      'drill.yaml:4:9: "within" is "soon"; it must be a duration such as 500ms, 5s, 2m or 1h, at most 24h; write a whole number and its unit',
      'drill.yaml:6:9: "hermess" is not a service of the inventory; stops names declared services; did you mean "hermes"?',
      'known.yaml:2:5: "owner" is missing; it must be who owns it; add it',
      'known.yaml:7:16: "shiva" is not a service of the inventory; a known issue names its services one by one; use one of: principal, hermes',
    ],
  },
  'text that would forge a line of the terminal': {
    edits: { drill: [['[hermes]', `["a\\u001b[2J\\nPASS\\u202e${'x'.repeat(200)}"]`]] },
    says: [
      `drill.yaml:6:9: item 1 of "stops" is "a\u{fffd}[2J\u{fffd}PASS\u{fffd}${'x'.repeat(48)}…"; it must be a service: letters, digits, ".", "_" and "-", at most 64, a letter or digit first; rename it`,
    ],
  },
};

describe('what is wrong is said in whole, with its place', () => {
  it('accepts what the table starts from', () => {
    expect(problemsOf({})).toEqual([]);
  });

  it.each(Object.entries(REJECTED))('%s', (_, { edits, says }) => {
    expect(problemsOf(edits)).toEqual(says);
  });

  it('finds the values of the drill inside longer texts', () => {
    const inventory: Edit[] = [['{ level: $level, reason: $reason }', '[{ q: "level $level: $reason" }]']];
    expect(problemsOf({ inventory })).toEqual([]);
  });

  it('takes a drill that stops everything, is lifted by hand and needs a phrase', () => {
    const inventory: Edit[] = [
      ['reason: $reason }', 'reason: $reason, confirm: "I say $phrase" }'],
      ['TOKEN}" }', 'TOKEN}", second: "${SECOND}" }'],
      ['incident: $incident }', 'incident: $incident }\n    headers: { Second-Operator: Bearer $second }'],
      [
        '  status:\n',
        '  manual-resume: [{ host: tesseract, run: [wake, "$level/$incident", $revision] }]\n  status:\n',
      ],
    ];
    const drill: Edit[] = [
      ['[hermes]', '[hermes, principal]'],
      ['keeps: [principal]\n', ''],
      ['crash: principal', 'resume: manual\nphrase: typed'],
    ];
    expect(problemsOf({ inventory, drill }, { TOKEN: 'sesame', SECOND: 'open' })).toEqual([]);
  });

  it('never quotes the value of a variable', () => {
    const said = problemsOf(
      { inventory: [['user: ops', `user: "\${BAD}"`]] },
      { TOKEN: 'open sesame', BAD: 'o p s' },
    );
    expect(said).toEqual([
      `inventory.yaml:7:11: "user" is "\${BAD}"; it must be the name of a user on that host; write the login name alone`,
      `inventory.yaml:21:19: "bearer" is not a token; it must be a token without spaces; name a variable that holds it, such as \${PRINCIPAL_TOKEN}`,
    ]);
  });
});

describe('hosts that are one machine', () => {
  const loopback = '{ transport: ssh, address: 127.0.0.1, port: 2222, user: ops, manager: launchd }';

  it('are accepted where the inventory says so, also across groups', () => {
    const inventory = [
      SECOND_HOST(`${loopback}\n  third: { transport: local, manager: launchd }`),
      ['services:\n', 'one-machine: [[knox, twin], [twin, third]]\nservices:\n'],
    ] as const;
    expect(problemsOf({ inventory })).toEqual([]);
  });

  it('are not assumed of a forwarded port', () => {
    expect(
      problemsOf({ inventory: [SECOND_HOST(loopback.replace('user', 'forwarded: true, user'))] }),
    ).toEqual([]);
  });

  it.each(['localhost', '127.1.2.3', '::1', '0.0.0.0', 'LOCALHOST.', '::ffff:127.0.0.1'])(
    'are seen at %s',
    (address) => {
      const host = `{ transport: ssh, address: "${address}", user: ops, manager: launchd }`;
      expect(problemsOf({ inventory: [SECOND_HOST(host)] }).join()).toContain(
        '"knox" and "twin" are one machine',
      );
    },
  );
});
