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
  /** Whether the operator takes it upon himself that nobody else halts during a drill. */
  readonly withoutOwnership: boolean;
  /** Sections of the broker with an SQLite file, as paths below it. */
  readonly stores: readonly (readonly string[])[];
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
      ...['state', 'audit'].filter((store) => isMap(rawBroker[store])).map((store) => [store]),
      ...(isMap(rawBroker.messages) && isMap(rawBroker.messages.table) ? [['messages', 'table']] : []),
    ],
    hasToken: isMap(rawBroker.auth),
    hasSecond: isMap(rawBroker.auth) && rawBroker.auth.second !== undefined,
    manualResume: stepsOf(rawBroker['manual-resume']),
    hasExchange: root.exchange !== undefined,
  };
}

function stepsOf(raw: unknown): (ManualStepFile | null)[] | null {
  if (raw === undefined) return null;
  return Array.isArray(raw) ? raw.map((step) => partOf(manualStepSchema, step)) : [];
}
