import type { Json } from '../model/inventory.ts';
import {
  type BrokerFile,
  brokerSchema,
  type HostFile,
  hostSchema,
  inventorySchema,
  type ServiceFile,
  serviceSchema,
} from './inventory-schema.ts';
import { entriesOf, isMap, partsOf } from './partial.ts';

/** As much of an inventory as can be used; null entries are declared, but faulty. */
export interface InventoryView {
  readonly hosts: ReadonlyMap<string, HostFile | null> | null;
  readonly services: ReadonlyMap<string, ServiceFile | null> | null;
  readonly oneMachine: readonly (readonly string[])[];
  /** Name of the broker's service, where it is a name. */
  readonly brokerService: string | null;
  readonly operations: readonly OperationView[];
  readonly stores: readonly ('state' | 'audit')[];
  readonly hasExchange: boolean;
}

export interface OperationView {
  readonly name: 'halt' | 'resume' | 'status';
  readonly request: string;
  readonly body: Json;
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
    operations: (['halt', 'resume', 'status'] as const).flatMap((name) => {
      const { request, body } = partsOf(brokerSchema.shape[name], rawBroker[name]);
      return request === undefined || body === undefined ? [] : [{ name, request, body }];
    }),
    stores: (['state', 'audit'] as const).filter((store) => isMap(rawBroker[store])),
    hasExchange: root.exchange !== undefined,
  };
}
