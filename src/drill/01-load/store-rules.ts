import type { Complaint } from './explain.ts';
import type { InventoryView, StoreView } from './inventory-view.ts';
import { suggestion } from './near-miss.ts';
import { quoted } from './problem.ts';

/** Which keys go with which source of a state or an audit log. */
const SOURCES: Readonly<
  Record<string, { readonly needs: readonly string[]; readonly may: readonly string[] }>
> = {
  sqlite: { needs: ['query'], may: ['incidents', 'on'] },
  json: { needs: ['pick'], may: ['incident-list', 'on'] },
  lines: { needs: ['pick'], may: ['on'] },
  url: { needs: ['pick'], may: ['incident-list', 'headers'] },
  command: { needs: ['pick'], may: ['incident-list'] },
};
/** Keys that say how a log is read, wherever it comes from. */
const ALWAYS = ['stopped', 'refused'];
const OF = {
  state: ['sqlite', 'json', 'url', 'command'],
  audit: ['sqlite', 'lines', 'command'],
} as const;

/** Every store has one source, on a host that is declared; and the state is not read from whom it is held against. */
export function storeRules(view: InventoryView): Complaint[] {
  return view.stores.flatMap((store) => [
    ...sourceRules(store),
    ...places(store, view),
    ...independent(store, view),
  ]);
}

function sourceRules({ path, keys }: StoreView): Complaint[] {
  const [name] = path;
  if (name !== 'state' && name !== 'audit') return [];
  const at = ['broker', ...path];
  const given = OF[name].filter((source) => keys.includes(source));
  const [source] = given;
  if (source === undefined || given.length > 1)
    return [
      {
        path: at,
        at: 'key',
        what: `the ${name} has ${given.length === 0 ? 'no source' : `${given.map(quoted).join(' and ')}`}`,
        why: 'it is read from exactly one place',
        fix: `write one of ${OF[name].join(', ')}`,
      },
    ];
  const { needs, may } = SOURCES[source] ?? { needs: [], may: [] };
  return [
    ...needs
      .filter((key) => !keys.includes(key))
      .map(
        (key): Complaint => ({
          path: [...at, source],
          at: 'key',
          what: `the ${name} from ${source} has no "${key}"`,
          why: 'nothing says where in it the values stand',
          fix: `add ${key}`,
        }),
      ),
    ...keys
      .filter((key) => key !== source && ![...needs, ...may, ...ALWAYS].includes(key) && isKnown(key))
      .map(
        (key): Complaint => ({
          path: [...at, key],
          at: 'key',
          what: `"${key}" says nothing of a ${name} from ${source}`,
          why: `it goes with ${Object.keys(SOURCES)
            .filter((other) => belongs(key, other))
            .join(', ')}`,
          fix: 'take it away',
        }),
      ),
  ];
}

function isKnown(key: string): boolean {
  return Object.keys(SOURCES).some((source) => belongs(key, source));
}

function belongs(key: string, source: string): boolean {
  const { needs = [], may = [] } = SOURCES[source] ?? {};
  return [...needs, ...may].includes(key);
}

function places({ path, on, commandHost, file, keys }: StoreView, view: InventoryView): Complaint[] {
  const { hosts, services, brokerService } = view;
  if (hosts === null) return [];
  const at = ['broker', ...path];
  const named: [readonly string[], string | null][] = [
    [['on'], on],
    [['command', 'host'], commandHost],
  ];
  const strange = named.flatMap(([key, host]): Complaint[] =>
    host === null || hosts.has(host)
      ? []
      : [
          {
            path: [...at, ...key],
            at: 'value',
            what: `${quoted(host)} is not a host of the inventory`,
            why: 'it is read on a declared host',
            fix: suggestion(host, hosts.keys()),
          },
        ],
  );
  const home = on ?? (brokerService === null ? undefined : services?.get(brokerService)?.host);
  const transport = home === undefined ? undefined : hosts.get(home)?.transport;
  if (file === null || transport === undefined || transport === 'local') return strange;
  const source = ['sqlite', 'json', 'lines'].find((key) => keys.includes(key)) ?? 'sqlite';
  if (path[0] === 'messages')
    return [
      ...strange,
      {
        path: [...at, source],
        at: 'value',
        what: `the table of messages is on ${quoted(home ?? '')}, which is not local`,
        why: 'that table can be read on this machine only',
        fix: 'take table away, or run haltdrill on the host of the broker',
      },
    ];
  if (/^(?:\/|\$\{)/.test(file)) return strange;
  return [
    ...strange,
    {
      path: [...at, source],
      at: 'value',
      what: `${quoted(file)} is on ${quoted(home ?? '')}, and is no absolute path`,
      why: 'nothing there says what it would be relative to',
      fix: 'begin it with "/"',
    },
  ];
}

/** An address in the words of a command, as JSON has them. */
const ADDRESS = /https?:\/\/[^\s"'\\]+/gi;
// RFC 6761 (localhost), RFC 1122 (127/8), RFC 4291 (::1); 0.0.0.0 and :: connect to this machine too.
const HERE = /^(?:localhost|127(?:\.[0-9]+){1,3}|\[::1\]|\[::\]|0\.0\.0\.0)$/;

/** Whether an address is that of the API, or lies below it, by whichever name of this machine. */
function isBelow(address: string, api: string): boolean {
  const [one, other] = [placeOf(address), placeOf(api)];
  if (one === null || other === null) return address === api || address.startsWith(`${api}/`);
  return one.at === other.at && (one.path === other.path || one.path.startsWith(`${other.path}/`));
}

function placeOf(address: string): { readonly at: string; readonly path: string } | null {
  const parts = /^(https?):\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?([^?#]*)/i.exec(address);
  if (parts === null) return null;
  const [, scheme = '', host = '', port = scheme.toLowerCase() === 'https' ? '443' : '80', path = ''] = parts;
  const name = host.toLowerCase().replace(/\.$/, '');
  return { at: `${HERE.test(name) ? 'here' : name}:${port}`, path: path.replace(/\/+$/, '') };
}

/** A broker that is asked twice agrees with itself. */
function independent({ path, url, run }: StoreView, { api, commands }: InventoryView): Complaint[] {
  if (path[0] !== 'state') return [];
  const complaint = (key: string, what: string): Complaint[] => [
    {
      path: ['broker', 'state', key],
      at: 'value',
      what,
      why: 'the state is evidence because it is read without the broker; its status is a claim',
      fix: 'name where the state lives, or take state away and let the report say that it is not covered',
    },
  ];
  if (url !== null && api !== null && isBelow(url, api))
    return complaint('url', 'the state is asked of the API of the broker');
  const asked = run === null ? [] : [...run.matchAll(ADDRESS)].map(([address]) => address);
  if (api !== null && asked.some((address) => isBelow(address, api)))
    return complaint('command', 'the state is asked of the API of the broker, by a command');
  const status = commands.find(({ name }) => name === 'status');
  if (status !== undefined && run === JSON.stringify(status.run))
    return complaint('command', 'the state is read by the command that asks for the status');
  return [];
}
