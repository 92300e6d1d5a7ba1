import Database from 'better-sqlite3';
import type { AuditLog, HaltStore } from '../../principal/parts.ts';
import type { Answer, BrokerSite, BrokerTwist } from '../variants/variant.ts';

/** Twists of a broker that lets through what it has to refuse, or does more than refuse it. */

const HALT = '/v1/halt';

function isHalt(request: Request): boolean {
  return request.method === 'POST' && new URL(request.url).pathname === HALT;
}

/** What the request shows as its token; null where it shows none. */
function tokenOf(request: Request): string | null {
  return /^bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? null;
}

/** A token that the broker's operator would have. */
function operatorToken({ config }: BrokerSite): string {
  return config.tokens.find(({ role }) => role === 'operator')?.token ?? '';
}

async function asOperator(request: Request, site: BrokerSite): Promise<Request> {
  const headers = new Headers(request.headers);
  headers.set('authorization', `Bearer ${operatorToken(site)}`);
  return new Request(request.url, { method: request.method, headers, body: await request.text() });
}

function isStranger(request: Request, site: BrokerSite): boolean {
  return !site.config.tokens.some(({ token }) => token === tokenOf(request));
}

/** Halts for strangers whose token is of that kind, as if they were the operator. */
export function acceptStranger(fits: (token: string | null) => boolean): BrokerTwist {
  return {
    http: (answer, site) => async (request) =>
      isHalt(request) && isStranger(request, site) && fits(tokenOf(request))
        ? answer(await asOperator(request, site))
        : answer(request),
  };
}

/** Refuses strangers, and does what they asked for behind the refusal. */
export function actOnStranger(): BrokerTwist {
  return {
    http: (answer, site) => async (request) => {
      if (!isHalt(request) || !isStranger(request, site)) return answer(request);
      const refusal = await answer(request.clone());
      void answer(await asOperator(request, site));
      return refusal;
    },
  };
}

/** Ends once its refusal of a halt is on its way. */
export function endWhenRefusing(): BrokerTwist {
  const onItsWayMs = 30;
  return {
    http: (answer: Answer) => async (request) => {
      const response = await answer(request);
      if (isHalt(request) && response.status === 401) setTimeout(() => process.exit(1), onItsWayMs);
      return response;
    },
  };
}

/** Any phrase will do, as long as there is one. */
export function acceptAnyPhrase(): BrokerTwist {
  return {
    around: (broker, { config }) => ({
      ...broker,
      halt: (request, actor) => {
        const right = config.levels.find(({ level }) => level === request.level)?.destructive?.phrase;
        const given = (request.phrase ?? '') !== '';
        return broker.halt(given && right !== undefined ? { ...request, phrase: right } : request, actor);
      },
    }),
  };
}

/** Whoever knows the phrase may halt at any level with it. */
export function acceptPhraseAnywhere(): BrokerTwist {
  return {
    around: (broker, { config }) => ({
      ...broker,
      halt: (request, actor) => {
        const plan = config.levels.find(({ level }) => level === request.level);
        return broker.halt(plan?.destructive === undefined ? { ...request, phrase: null } : request, actor);
      },
    }),
  };
}

/** A resume whose incident is of that kind is taken for one of the halt in force. */
export function resumeWhatever(fits: (incident: string | null) => boolean): BrokerTwist {
  return {
    around: (broker) => ({
      ...broker,
      resume: (request, actor) => {
        const inForce = broker.status().incident?.id ?? null;
        const strange = request.incident !== inForce && fits(request.incident);
        return broker.resume(strange ? { ...request, incident: inForce } : request, actor);
      },
    }),
  };
}

/** A store that can be written behind the broker's back: it then takes over what it finds there. */
function writable(store: HaltStore): { readonly store: HaltStore; readonly touched: () => void } {
  let isTouched = false;
  return {
    store: {
      ...store,
      load: () => {
        isTouched = false;
        return store.load();
      },
      changed: () => isTouched || store.changed?.() === true,
    },
    touched: () => {
      isTouched = true;
    },
  };
}

/** Takes the level of the last halt for the level in force. */
export function lowerWhenAsked(): BrokerTwist {
  let touched = (): void => undefined;
  let inner: HaltStore | null = null;
  return {
    parts: (reference) => {
      const own = writable(reference.store);
      touched = own.touched;
      inner = reference.store;
      return { store: own.store };
    },
    around: (broker) => ({
      ...broker,
      halt: async (request, actor) => {
        const report = await broker.halt(request, actor);
        const record = inner?.load() ?? null;
        if ('refused' in report || record?.incident == null || request.level >= record.state.level)
          return report;
        inner?.save({ ...record, state: { ...record.state, level: request.level } });
        touched();
        return { ...report, ...broker.status() };
      },
    }),
  };
}

/** Opens an incident for a halt that is repeated, and forgets the one before. */
export function openAnotherWhenRepeated(): BrokerTwist {
  let touched = (): void => undefined;
  let inner: HaltStore | null = null;
  let newId = (): string => '';
  return {
    parts: (reference) => {
      const own = writable(reference.store);
      touched = own.touched;
      inner = reference.store;
      newId = reference.newIncidentId;
      return { store: own.store };
    },
    around: (broker) => ({
      ...broker,
      halt: async (request, actor) => {
        const before = broker.status().incident;
        const report = await broker.halt(request, actor);
        const record = inner?.load() ?? null;
        const isRepeat = before !== null && before.level === request.level;
        if ('refused' in report || !isRepeat || record?.incident == null) return report;
        const incident = { ...record.incident, id: newId() };
        inner?.save({ ...record, state: { ...record.state, incident: incident.id }, incident });
        touched();
        return { ...report, ...broker.status() };
      },
    }),
  };
}

/** Accepts messages for halted agents, and puts them into their queues. */
export function routePastHalt(): BrokerTwist {
  return {
    http: (answer, { config }) => {
      const db = new Database(config.database);
      const insert = db.prepare(
        "insert into messages (at, sender, recipient, body, asset, state) values (?, ?, ?, ?, ?, 'queued')",
      );
      return async (request) => {
        const letter = request.clone();
        const response = await answer(request);
        const isMessage = request.method === 'POST' && new URL(request.url).pathname === '/v1/messages';
        if (!isMessage || response.status !== 409) return response;
        const { from, to, body } = (await letter.json()) as Record<'from' | 'to' | 'body', string>;
        const at = new Date().toISOString();
        const seq = Number(insert.run(at, from, to, body, null).lastInsertRowid);
        return Response.json({ seq, at, from, to, body, asset: null }, { status: 201 });
      };
    },
  };
}

/** An audit log without refusals. */
export function logNoRefusal(): BrokerTwist {
  const silent = (audit: AuditLog): AuditLog => ({
    ...audit,
    append: (line) => {
      if (line.action !== 'refuse') audit.append(line);
    },
  });
  return { parts: (reference) => ({ audit: silent(reference.audit) }) };
}
