import type { BrokerReply, BrokerState } from '../../drill/model/broker-state.ts';
import type { GuardRequest } from '../../drill/model/guards.ts';
import {
  type Broker,
  type Command,
  type Expected,
  isCommand,
  type Json,
  type Operation,
} from '../../drill/model/inventory.ts';
import { present, type Reading, type Received, unreadable } from '../../drill/model/reading.ts';
import type { BrokerLink } from '../../drill/ports/world.ts';
import type { AskLimits, AskOn } from '../system/ask-here.ts';
import { type HttpAnswer, harmlessUrl, httpOnce, jsonOf } from '../system/http-once.ts';
import {
  claimedRecorded,
  claimedState,
  claimedStops,
  incidentSpelling,
  statusState,
} from '../system/pick-state.ts';
import { randomWord } from '../system/random.ts';
import { createRawKeeper } from '../system/raw.ts';
import { createRedactor } from '../system/redact.ts';
import { nameOf, runOperation } from './command-operation.ts';
import { isAcknowledged } from './expected.ts';
import { fillHeaders, fillTemplate, type Values } from './template.ts';

const KEPT_BODY_BYTES = 4096;

export interface BrokerLinkOptions {
  /** What the operator typed; null, where nothing was asked for, is sent as null. */
  readonly phrase?: string | null;
  /** Takes other secrets out of what is handed on; tokens and phrase are taken out in any case. */
  readonly redact?: (text: string) => string;
  /** Runs commands where operations are such. */
  readonly askOn?: AskOn;
  /** PEM text of the certificate authority of the API, where the inventory names one. */
  readonly ca?: string;
}

/** The answer to a request (with its HTTP status), or to a command (with its exit code). */
interface Answer extends HttpAnswer {
  readonly complaint?: string;
}

/**
 * The broker over HTTP or by commands, as the inventory describes its requests and answers. Each request is sent exactly once (see
 * `httpOnce`), and none rejects. A complete HTTP answer of any status is a reply, `acknowledged` when it is 2xx; one that did not come, or
 * not whole, is `unreadable`, and the act may or may not have happened.
 * For `status` an answer that is not 2xx, not JSON or not of the expected shape is `unreadable` too.
 * `$phrase` and `$second` are filled in here and nowhere before, so that neither passes through the drill.
 * Tokens and phrase are in no reason and no body that is handed on.
 */
export function createBrokerLink(broker: Broker, options: BrokerLinkOptions = {}): BrokerLink {
  const bearer = broker.auth?.bearer ?? null;
  const second = broker.auth?.second ?? null;
  const phrase = options.phrase ?? null;
  const own = createRedactor([bearer, second, phrase].filter((secret) => secret !== null));
  const redact = (text: string): string => own(options.redact?.(text) ?? text);
  const incidents = new Map<string, Json>();
  const keepRaw = createRawKeeper();

  const askOn: AskOn =
    options.askOn ?? (() => () => Promise.resolve(unreadable('nothing here runs commands')));

  // Secrets are filled into requests alone: an argv is for everybody on its machine to read.
  const send = async (
    operation: Operation | Command,
    values: Values,
    timeoutMs: number,
    {
      secrets = {},
      token = bearer,
      ...limits
    }: { secrets?: Values; token?: string | null } & Pick<AskLimits, 'letRun' | 'left'> = {},
  ): Promise<Reading<Answer>> => {
    if (isCommand(operation)) {
      const ran = await runOperation(operation, values, askOn, { timeoutMs, ...limits });
      return ran.kind === 'unreadable' ? { ...ran, reason: redact(ran.reason) } : ran;
    }
    return request(operation, { ...values, ...secrets }, timeoutMs, token);
  };

  const request = async (
    operation: Operation,
    values: Values,
    timeoutMs: number,
    token: string | null,
  ): Promise<Reading<HttpAnswer>> => {
    const body = operation.body === null ? null : JSON.stringify(fillTemplate(operation.body, values));
    const url = broker.api + operation.path;
    const answer = await httpOnce({
      method: operation.method,
      url,
      bearer: token,
      headers: fillHeaders(operation.headers ?? {}, values),
      body,
      timeoutMs,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    });
    return answer.kind === 'unreadable' ? { ...answer, reason: redact(answer.reason) } : answer;
  };

  const rememberIncident = (document: unknown, pointer: string | undefined): void => {
    const spelling = incidentSpelling(document, pointer);
    if (spelling !== null) incidents.set(String(spelling), spelling);
  };

  const replyOf = (
    operation: (Operation | Command) & { readonly expect?: Expected },
    { status, body, complaint = '' }: Answer,
    pick: Broker['halt']['pick'],
  ): BrokerReply => {
    const byCommand = isCommand(operation);
    const json = jsonOf(body);
    const document = json.kind === 'present' ? json.value : undefined;
    rememberIncident(document, pick.incident);
    return {
      status,
      ...(byCommand ? { by: 'command' as const } : {}),
      acknowledged: isAcknowledged(status, document, operation.expect, byCommand ? isZero : isSuccess),
      state: claimedState(document, pick),
      stops: claimedStops(document, pick.stops),
      recorded: claimedRecorded(document, pick.recorded),
      body: keptText(
        redact([new TextDecoder().decode(body), ...(complaint === '' ? [] : [complaint])].join('\n')),
      ),
    };
  };

  /** An incident as this broker spells them; one that it does not have, like those that it has. */
  const spelled = (incident: string): Json => {
    const known = incidents.get(incident);
    if (known !== undefined) return known;
    const numbers = incidents.size > 0 && [...incidents.values()].every((one) => typeof one === 'number');
    return numbers && /^[0-9]{1,15}$/.test(incident) ? Number(incident) : incident;
  };

  const resume: BrokerLink['resume'] = async (values, timeoutMs) => {
    const incident = values.incident === null ? null : spelled(values.incident);
    const answer = await send(broker.resume, { ...values, incident }, timeoutMs, {
      secrets: { second },
      letRun: true,
    });
    return answer.kind === 'present' ? present(replyOf(broker.resume, answer.value, {})) : answer;
  };

  const guardedHalt = async (
    request: Extract<GuardRequest, { operation: 'halt' }>,
    timeoutMs: number,
  ): Promise<Reading<BrokerReply>> => {
    const { level, asset, reason } = request;
    const token = { own: bearer, none: null, wrong: madeUp(bearer?.length ?? 0) }[request.token];
    const typed = request.phrase === 'own' ? phrase : `haltdrill ${randomWord()}`;
    // What a command refuses cannot be told from what it fails to do.
    if (isCommand(broker.halt)) return unreadable('the halt is a command, and takes no token');
    const answer = await send(broker.halt, { level, asset, reason }, timeoutMs, {
      secrets: { phrase: typed },
      token,
    });
    return answer.kind === 'present' ? present(replyOf(broker.halt, answer.value, broker.halt.pick)) : answer;
  };

  return {
    halt: async (values, timeoutMs, left) => {
      const answer = await send(broker.halt, values, timeoutMs, {
        secrets: { phrase },
        letRun: true,
        ...(left === undefined ? {} : { left }),
      });
      return answer.kind === 'present'
        ? present(replyOf(broker.halt, answer.value, broker.halt.pick))
        : answer;
    },
    resume,
    rehearse: async (role, timeoutMs) => {
      if (broker.status === null) return unreadable('the inventory declares no status');
      const answer = await send(broker.status, {}, timeoutMs, { token: role === 'second' ? second : bearer });
      if (answer.kind !== 'present') return answer;
      const { status } = answer.value;
      if (!isCommand(broker.status) && !isSuccess(status)) return present({ status });
      const state = stateIn(answer.value);
      // Whoever gives a state has accepted whoever asks: a command has no status, and this is read as one.
      return state.kind === 'present' ? present({ status: isCommand(broker.status) ? 200 : status }) : state;
    },
    guard: async (request, timeoutMs) => {
      if (request.operation === 'halt') return guardedHalt(request, timeoutMs);
      if (request.operation === 'resume') return resume(request, timeoutMs);
      if (broker.messages === null) return unreadable('the inventory declares no messages');
      const { sender, service, message } = request;
      const answer = await send(broker.messages, { sender, service, message }, timeoutMs);
      return answer.kind === 'present' ? present(replyOf(broker.messages, answer.value, {})) : answer;
    },
    status: async (timeoutMs): Promise<Received<BrokerState>> => {
      if (broker.status === null) return unreadable('the inventory declares no status');
      const answer = await send(broker.status, {}, timeoutMs);
      // Of a question it is all one whether it was sent.
      if (answer.kind !== 'present') return answer.kind === 'absent' ? answer : unreadable(answer.reason);
      const read = stateIn(answer.value);
      const text = Buffer.from(redact(new TextDecoder().decode(answer.value.body)));
      return { ...read, raw: keepRaw(text, read.kind === 'present') };
    },
  };

  function stateIn({ status, body, complaint = '' }: Answer): Reading<BrokerState> {
    const asked = broker.status;
    if (asked === null) return unreadable('the inventory declares no status');
    const label = isCommand(asked)
      ? nameOf(asked)
      : `${asked.method} ${harmlessUrl(broker.api + asked.path)}`;
    const because = (reason: string): Reading<never> => unreadable(redact(`${label}: ${reason}`));
    if (isCommand(asked)) {
      if (!isZero(status))
        return because(`it ended with ${status}${complaint === '' ? '' : `: ${complaint}`}`);
    } else if (!isSuccess(status)) return because(`HTTP ${status}${hint(status)}`);
    const json = jsonOf(body);
    if (json.kind !== 'present') return because(json.kind === 'unreadable' ? json.reason : 'no answer');
    rememberIncident(json.value, asked.pick.incident);
    const state = statusState(json.value, asked.pick);
    return state.kind === 'unreadable' ? because(state.reason) : state;
  }
}

/** A token of the usual length that nobody was given. */
function madeUp(length: number): string {
  let token = '';
  while (token.length < Math.max(length, 16)) token += randomWord();
  return token.slice(0, Math.max(length, 16));
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

function isZero(exitCode: number): boolean {
  return exitCode === 0;
}

function hint(status: number): string {
  if (status === 401 || status === 403) return ': it does not accept the token';
  if (status === 404) return ': no such path; check `broker` in the inventory';
  if (status >= 300 && status <= 399) return ': a redirect, which is not followed; give the final address';
  return '';
}

// Cut between characters: half of one would come back as a replacement character.
function keptText(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= KEPT_BODY_BYTES) return text;
  return new TextDecoder().decode(bytes.subarray(0, KEPT_BODY_BYTES), { stream: true });
}
