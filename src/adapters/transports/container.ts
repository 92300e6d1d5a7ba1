import type { ContainerTransport } from '../../drill/model/inventory.ts';
import { commandLine } from './quote.ts';
import { runCommand } from './run-command.ts';
import type { Connection, HostTransport } from './transport.ts';

const LIMITS = { timeoutMs: 15_000, maxBytes: 4_096 };

/**
 * A container, by `<engine> exec -i` on the host that has it: docker(1), podman-exec(1). What ends with the container is
 * cut off, and never absent: that a service in it is gone can be proven from its host.
 */
export function containerTransport(
  name: string,
  {
    engine,
    container,
    on,
  }: Pick<ContainerTransport, 'engine' | 'container'> & { readonly on: { readonly host: string } },
  host: HostTransport,
): HostTransport {
  const where = `${name} (container ${container} on ${on.host})`;
  const inside = (command: string): string =>
    commandLine([engine, 'exec', '-i', container, 'sh', '-c', command]);
  return {
    async open(): Promise<Connection> {
      const outer = await host.open().catch((error: Error) => {
        // Whose key is strange is the other host, not this container.
        throw new Error(`${where}: ${error.message}`);
      });
      try {
        const answer = await runCommand(outer, inside('echo in:$((40 + 2))'), LIMITS);
        if (answer.kind !== 'present')
          throw new Error(
            `${engine} did not answer (${answer.kind === 'absent' ? 'nothing' : answer.reason})`,
          );
        const { exitCode, output } = answer.value;
        if (exitCode !== 0 || !/^in:42$/m.test(output)) throw new Error(complaint(engine, exitCode, output));
      } catch (error) {
        await outer.close();
        throw new Error(`${where}: ${(error as Error).message}`);
      }
      return {
        hostKey: outer.hostKey,
        start: (command) => outer.start(inside(command)),
        close: () => outer.close(),
      };
    },
  };
}

// Exit statuses of `exec` (podman-exec(1), docker run): 125 the engine itself, 126 and 127 the command in the container.
function complaint(engine: string, exitCode: number, output: string): string {
  const said = output.trim().split('\n')[0] ?? '';
  // As shells say it (dash, bash, zsh, busybox); a runtime that finds no sh in the container says more after it.
  if (exitCode === 127 && said.includes(engine) && /(?:not found|No such file or directory)$/.test(said))
    return `${engine} is not installed on its host; correct "engine"`;
  return `${engine} exec did not run sh in it (exit status ${exitCode}${said === '' ? '' : `: ${said}`}); check that it is up, has sh, and that the login may use ${engine}`;
}
