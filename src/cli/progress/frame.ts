import { plain } from '../../drill/model/harmless.ts';
import type { ProgressState, ServiceState, StageState } from './state.ts';

const STAGE_SIGN: Readonly<Record<StageState['at'], string>> = {
  ahead: '·',
  now: '▸',
  done: '✔',
  skipped: '–',
};
const SERVICE_SIGN: Readonly<Record<ServiceState['state'], string>> = {
  up: '●',
  down: '○',
  back: '◉',
  unknown: '?',
};

/** The whole picture as text, every line shorter than `columns` characters. `elapsedMs` counts from the start of the drill. */
export function frame(state: ProgressState, elapsedMs: number, columns: number): string {
  const lines = [
    `${plain(state.title)}  ${(Math.max(0, elapsedMs) / 1000).toFixed(1)} s`,
    ...state.stages.map(stageLine),
    ...hostLines(state.services),
    '  ● up  ○ down  ◉ back  ? not seen   (must stop)',
    ...state.notes.map((note) => `  ! ${plain(note)}`),
  ];
  return lines.map((line) => cut(line, columns)).join('\n');
}

function stageLine({ name, at, note }: StageState): string {
  return `  ${STAGE_SIGN[at]} ${plain(name, 80)}${note === null ? '' : `: ${plain(note)}`}`;
}

function hostLines(services: readonly ServiceState[]): string[] {
  const hosts = [...new Set(services.map(({ host }) => host))];
  const width = Math.max(0, ...hosts.map((host) => plain(host, 80).length));
  return hosts.map((host) => {
    const cells = services
      .filter((service) => service.host === host)
      .map(({ service, role, state }) => {
        const name = role === 'target' ? `(${plain(service, 80)})` : plain(service, 80);
        return `${SERVICE_SIGN[state]} ${name}`;
      });
    return `  ${plain(host, 80).padEnd(width)}  ${cells.join('  ')}`;
  });
}

/** A line that wrapped would be drawn over wrongly. */
function cut(line: string, columns: number): string {
  const characters = [...line];
  const width = Math.max(10, columns - 1);
  return characters.length > width ? `${characters.slice(0, width - 1).join('')}…` : line;
}
