import type { Json } from '../model/inventory.ts';
import {
  type BrokerFile,
  brokerSchema,
  type CommandFile,
  type HostFile,
  hostSchema,
  inventorySchema,
  type ManualStepFile,
  manualStepSchema,
  operationSchema,
  type ServiceFile,
  serviceSchema,
} from './inventory-schema.ts';
import { entriesOf, isMap, partOf, partsOf } from './partial.ts';

/** As much of an inventory as can be used; null entries are declared, but faulty. */
export interface InventoryView {
  readonly hosts: ReadonlyMap<string, HostFile | null> | null;
  readonly services: ReadonlyMap<string, ServiceFile | null> | null;
  readonly oneMachine: readonly (readonly string[])[];
  /** Name of the broker's service, where it is a name. */
  readonly brokerService: string | null;
  readonly operations: readonly OperationView[];
  /** Operations that are commands. */
  readonly commands: readonly CommandView[];
  /** Whether the halt state can be asked for, and whether it can be read without the broker: declared, in order or not. */
  readonly hasStatus: boolean;
  readonly hasState: boolean;
  /** Whether an address of the API is given, in order or not. */
  readonly hasApi: boolean;
  /** That address, where it is in order. */
  readonly api: string | null;
  /** Whether the operator takes it upon himself that nobody else halts during a drill. */
  readonly withoutOwnership: boolean;
  /** Sections of the broker that say where something lies. */
  readonly stores: readonly StoreView[];
  /** Whether the token of a second operator is given, in order or not. */
  readonly hasSecond: boolean;
  /** Whether the runner shows a token at all. */
  readonly hasToken: boolean;
  /** The steps of the manual resume; null among them are faulty ones, and null instead of them: there are none. */
  readonly manualResume: readonly (ManualStepFile | null)[] | null;
  readonly hasExchange: boolean;
}

export interface OperationView {
  readonly name: 'halt' | 'resume' | 'status' | 'messages';
  readonly request: string;
  readonly body: Json;
  readonly headers: Readonly<Record<string, string>>;
}

export interface StoreView {
  /** Below the broker. */
  readonly path: readonly string[];
  /** The keys that are given, in order or not. */
  readonly keys: readonly string[];
  readonly on: string | null;
  readonly commandHost: string | null;
  readonly url: string | null;
  readonly file: string | null;
  /** The words of its command, as JSON. */
  readonly run: string;
}

export interface CommandView {
  readonly name: 'halt' | 'resume' | 'status';
  readonly host: string | null;
  readonly run: readonly string[];
}

/** `raw` is the document with its variables resolved. */
export function inventoryView(raw: unknown): InventoryView {
  const root = isMap(raw) ? raw : {};
  const broker: Partial<BrokerFile> = partsOf(brokerSchema, root.broker);
  const rawBroker = isMap(root.broker) ? root.broker : {};
  return {
    hosts: entriesOf(hostSchema, root.hosts),
    services: entriesOf(serviceSchema, root.services),
    oneMachine: partsOf(inventorySchema, root)['one-machine'] ?? [],
    brokerService: broker.service ?? null,
    operations: (['halt', 'resume', 'status', 'messages'] as const).flatMap((name) => {
      const { request, body, headers = {} } = partsOf(operationSchema, rawBroker[name]);
      return request === undefined || body === undefined ? [] : [{ name, request, body, headers }];
    }),
    commands: (['halt', 'resume', 'status'] as const).flatMap((name) => {
      const command: CommandFile | undefined = partsOf(operationSchema, rawBroker[name]).command;
      return command === undefined ? [] : [{ name, host: command.host ?? null, run: command.run }];
    }),
    hasStatus: rawBroker.status !== undefined,
    hasState: rawBroker.state !== undefined,
    hasApi: rawBroker.api !== undefined,
    withoutOwnership: isMap(rawBroker.resume) && rawBroker.resume['without-ownership'] !== undefined,
    stores: [
      ...(['state', 'audit'] as const).flatMap((store) => storeView([store], rawBroker[store])),
      ...storeView(['messages', 'table'], isMap(rawBroker.messages) ? rawBroker.messages.table : undefined),
    ],
    api: broker.api ?? null,
    hasToken: isMap(rawBroker.auth),
    hasSecond: isMap(rawBroker.auth) && rawBroker.auth.second !== undefined,
    manualResume: stepsOf(rawBroker['manual-resume']),
    hasExchange: root.exchange !== undefined,
  };
}

function storeView(path: readonly string[], raw: unknown): StoreView[] {
  if (!isMap(raw)) return [];
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  const command = isMap(raw.command) ? raw.command : {};
  return [
    {
      path,
      keys: Object.keys(raw),
      on: text(raw.on),
      commandHost: text(command.host),
      url: text(raw.url),
      file: text(raw.sqlite) ?? text(raw.json) ?? text(raw.lines),
      run: JSON.stringify(command.run ?? null),
    },
  ];
}

function stepsOf(raw: unknown): (ManualStepFile | null)[] | null {
  if (raw === undefined) return null;
  return Array.isArray(raw) ? raw.map((step) => partOf(manualStepSchema, step)) : [];
}
