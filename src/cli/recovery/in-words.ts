import { type Command, isCommand, type ManualStep, type Operation } from '../../drill/model/inventory.ts';

/** A request, or a command and where it runs, as one would type it. */
export function inWords(operation: Operation | Command, api: string): string {
  return isCommand(operation)
    ? onHost(operation.host ?? 'this machine', operation.run, '$incident')
    : `${operation.method} ${api}${operation.path}`;
}

/** A command on its host, quoted for a shell. */
export function onHost(host: string, run: ManualStep['run'], incident: string): string {
  const words = run.map((word) => (word === '$incident' ? incident : word));
  return `on ${host}: ${words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ')}`;
}
