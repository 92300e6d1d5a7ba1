/** What supervisord's configuration says of one program (http://supervisord.org/configuration.html); null where it cannot be told. */
export interface ProgramSettings {
  readonly autostart: boolean | null;
  readonly autorestart: 'true' | 'false' | 'unexpected' | null;
  /** Retries after a start that failed, each a second later than the one before. */
  readonly startretries: number | null;
  readonly stopasgroup: boolean | null;
}

type Section = ReadonlyMap<string, string>;

const PROGRAM = /^(?:program|fcgi-program|eventlistener):(.+)$/;

/**
 * The settings of the process that `supervisorctl` names `[GROUP:]NAME`, from the configuration files as text. They are what is on
 * disk: a supervisord that has not read them again runs with older ones. Null where no section is surely its own.
 */
export function settingsOf(config: string, process: string): ProgramSettings | null {
  const sections = sectionsOf(config);
  const [group, name] = process.includes(':') ? process.split(':', 2) : [process, process];
  const programs = new Map(
    [...sections].flatMap(([title, keys]) => {
      const program = PROGRAM.exec(title)?.[1];
      return program === undefined ? [] : [[program, keys] as const];
    }),
  );
  const own = programs.get(name ?? '') ?? programs.get(group ?? '');
  if (own === undefined) return null;
  const autorestart = (own.get('autorestart') ?? 'unexpected').toLowerCase();
  const retries = own.get('startretries') ?? '3';
  return {
    autostart: truth(own.get('autostart') ?? 'true'),
    autorestart: autorestart === 'unexpected' ? autorestart : wordOf(truth(autorestart)),
    startretries: /^\d{1,6}$/.test(retries) ? Number(retries) : null,
    stopasgroup: truth(own.get('stopasgroup') ?? 'false'),
  };
}

/** As supervisor's own `boolean` reads it. */
function truth(text: string): boolean | null {
  const word = text.toLowerCase();
  if (['true', 'yes', 'on', '1'].includes(word)) return true;
  return ['false', 'no', 'off', '0'].includes(word) ? false : null;
}

function wordOf(value: boolean | null): 'true' | 'false' | null {
  return value === null ? null : value ? 'true' : 'false';
}

function sectionsOf(config: string): ReadonlyMap<string, Section> {
  const sections = new Map<string, Map<string, string>>();
  let open = new Map<string, string>();
  for (const line of config.split('\n')) {
    const title = /^\[([^\]]+)\]/.exec(line)?.[1];
    const [, key, value] = /^([a-z]+)\s*[=:]\s*(.*?)(?:\s+;.*)?\s*$/.exec(line) ?? [];
    if (title !== undefined) {
      // What stands twice is merged, the later value counts.
      open = sections.get(title) ?? new Map();
      sections.set(title, open);
    } else if (key !== undefined) open.set(key, value ?? '');
  }
  return sections;
}
