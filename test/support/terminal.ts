import { execFileSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { type IPty, spawn } from '@lydell/node-pty';
import { afterEach } from 'vitest';
import { BINARY } from './haltdrill.ts';

export interface OnTerminal {
  /** All that the terminal was sent, as it was sent. */
  raw(): string;
  /** The same without what only moves a cursor. */
  screen(): string;
  /** Resolves once this stands in what came since the last that was waited for, with all that came up to it. */
  next(text: string): Promise<string>;
  /** Key by key. */
  type(keys: string): void;
  /** The modes in which the terminal is now: those that decide who sees what is typed. */
  modes(): string;
  /** Hangs up, as a window that is closed does. */
  close(): void;
  /** The program's exit code, and the terminal's settings before and after it. */
  readonly ended: Promise<{
    readonly code: number | null;
    readonly before: string | null;
    readonly after: string | null;
  }>;
}

const open = new Set<IPty>();

afterEach(() => {
  for (const pty of open) pty.kill();
  open.clear();
});

/** The built program on a terminal of its own, in a shell which tells the terminal's settings before and after it. */
export function startOnTerminal(
  argv: readonly string[],
  { folder, env = {} }: { readonly folder: string; readonly env?: Readonly<Record<string, string>> },
): OnTerminal {
  const script = `echo "tty $(tty) before $(stty -g)."; "$@"; echo "ended $? after $(stty -g)."`;
  const pty = spawn('/bin/sh', ['-c', script, 'sh', process.execPath, BINARY, ...argv], {
    name: 'xterm',
    cols: 120,
    rows: 40,
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', ...env },
  });
  open.add(pty);
  let raw = '';
  let seen = 0;
  const heard = new Set<() => void>();
  const screen = (): string => stripVTControlCharacters(raw);
  pty.onData((text) => {
    raw += text;
    for (const listener of heard) listener();
  });
  const ended = new Promise<Awaited<OnTerminal['ended']>>((done) => {
    pty.onExit(() => {
      open.delete(pty);
      const [, code, after = null] = /ended (\d+) after (\S+)\./.exec(screen()) ?? [];
      const [, before = null] = /before (\S+)\./.exec(screen()) ?? [];
      done({ code: code === undefined ? null : Number(code), before, after });
    });
  });
  return {
    raw: () => raw,
    screen,
    ended,
    next: (text) =>
      new Promise((done, fail) => {
        const look = (): void => {
          const at = screen().indexOf(text, seen);
          if (at < 0) return;
          heard.delete(look);
          const part = screen().slice(seen, at + text.length);
          seen = at + text.length;
          done(part);
        };
        heard.add(look);
        look();
        void ended.then(() =>
          fail(new Error(`it ended without saying ${JSON.stringify(text)}: ${screen()}`)),
        );
      }),
    type: (keys) => {
      for (const key of keys) pty.write(key);
    },
    modes: () => {
      const [, file] = /tty (\S+) before/.exec(screen()) ?? [];
      if (file === undefined) throw new Error('the terminal has no name yet');
      const all = execFileSync('stty', ['-F', file, '-a'], { encoding: 'utf8' }).split(/[\s;]+/);
      return ['echo', 'icanon', 'isig'].map((mode) => (all.includes(mode) ? mode : `-${mode}`)).join(' ');
    },
    close: () => pty.kill('SIGHUP'),
  };
}
