import { describe, expect, it } from 'vitest';
import type { Match } from './inventory.ts';
import { matches } from './match.ts';
import { absent, present, unreadable } from './reading.ts';

const node = {
  argv: present(['node', '--enable-source-maps', '/opt/bin/hermes', '--verbose']),
  exe: present('/usr/bin/node'),
};

describe('matches', () => {
  it.each([
    ['the script an interpreter runs', { script: '/opt/bin/hermes' }, node],
    ['the executable', { exe: '/usr/bin/node' }, node],
    [
      'an executable that was replaced on disk',
      { exe: '/usr/bin/node' },
      { ...node, exe: present('/usr/bin/node (deleted)') },
    ],
    ['argv[0]', { argv0: 'node' }, node],
    ['all keys at once', { argv0: 'node', exe: '/usr/bin/node', script: '/opt/bin/hermes' }, node],
  ])('says yes to %s', (_, match, detail) => expect(matches(match, detail)).toEqual({ is: 'yes' }));

  it.each([
    ['a longer path', { script: '/opt/bin/herm' }, node],
    [
      'a name that is only somewhere in the line',
      { script: '/opt/bin/hermes' },
      { ...node, argv: present(['vi', '-R', '/tmp/x', '/opt/bin/hermes']), exe: present('/usr/bin/vi') },
    ],
    ['one key of two', { exe: '/usr/bin/node', script: '/opt/bin/shiva' }, node],
    ['a kernel thread', { exe: '/usr/bin/node' }, { argv: present([]), exe: absent }],
    [
      'an unreadable executable, where argv decides',
      { exe: '/usr/bin/node', script: '/opt/bin/shiva' },
      { ...node, exe: unreadable('EACCES') },
    ],
  ])('says no to %s', (_, match, detail) => expect(matches(match, detail)).toEqual({ is: 'no' }));

  it('does not know where what would decide cannot be read', () => {
    expect(matches({ exe: '/usr/bin/node' }, { ...node, exe: unreadable('permission denied') })).toEqual({
      is: 'unknown',
      reason: 'exe: permission denied',
    });
    expect(matches({ script: '/opt/bin/hermes' }, { ...node, argv: unreadable('gone') }).is).toBe('unknown');
  });
});

/** What is said of a command line; its executable bears the name of its first word, and `-` is one that cannot be read. */
const judged = (
  line: string,
  {
    script = '/x/bot.py',
    image = '',
    cwd = '',
    ...match
  }: Partial<Match> & { image?: string; cwd?: string } = {},
) => {
  const argv = line.split(' ');
  const name = argv[0]?.replace(/^-/, '').split('/').at(-1) ?? '';
  return matches(
    { script, ...match },
    {
      argv: present(argv),
      exe:
        image === '-' ? unreadable('permission denied') : present(image === '' ? `/usr/bin/${name}` : image),
      ...(cwd === '' ? {} : { cwd: present(cwd) }),
    },
  ).is;
};

describe('B1: a script that is run', () => {
  it.each([
    ['python3 -X dev /x/bot.py'],
    ['python3 -W ignore /x/bot.py'],
    ['python3 -uW ignore -Xdev /x/bot.py'],
    ['python3.11 --check-hash-based-pycs never /x/bot.py'],
    ['/opt/venv/bin/python -BOO -- /x/bot.py --live'],
    ['pypy3 /x/bot.py'],
    ['python3 /x/./y/../bot.py'],
    ['/x/bot.py --live'],
    ['busybox sh -o errexit /x/bot.py'],
  ])('by %s, is the service', (line) => expect(judged(line)).toBe('yes'));

  it.each([
    ['node -r y /x/bot.js'],
    ['node --import y /x/bot.js'],
    ['node --env-file f --max-old-space-size=64 /x/bot.js'],
    ['nodejs -C dev --title z /x/bot.js'],
    ['node /x/bot'],
    ['node /x/node_modules/.bin/tsx --tsconfig t.json /x/bot.js'],
    ['node --require /t/tsx/dist/preflight.cjs --import file:///t/tsx/dist/loader.mjs /x/bot.js'],
    ['tsx watch --include y /x/bot.js'],
    ['bun --preload y run /x/bot.js'],
    ['deno run --allow-net -c deno.json /x/bot.js'],
  ])('by %s, is the service', (line) => expect(judged(line, { script: '/x/bot.js' })).toBe('yes'));

  it.each([
    ['perl -I d -w /x/s'],
    ['perl -Mstrict -i.bak /x/s'],
    ['ruby -r set -Ilib -E utf-8 /x/s'],
    ['php -d a=b -c ini -f /x/s'],
    ['php8.2 /x/s'],
    ['java -cp c -jar /x/s'],
    ['java --class-path c -Xmx1g /x/s'],
    ['bash -o pipefail /x/s'],
    ['bash -eo pipefail +O extglob /x/s'],
    ['bash -o x /x/s'],
    ['-bash --rcfile f /x/s'],
    ['dash +o x -e /x/s'],
    ['zsh --emulate sh -f /x/s'],
  ])('by %s, is the service', (line) => expect(judged(line, { script: '/x/s' })).toBe('yes'));

  it.each([
    ['python3 bot.py', '/x', 'yes'],
    ['python3 -W ignore ../x/bot.py', '/y', 'yes'],
    ['./bot.py', '/x', 'yes'],
    ['python3 -m bot', '/x', 'yes'],
    ['python3 other.py', '/x', 'no'],
    ['python3 bot.py', '', 'unknown'],
    ['./bot.py', '', 'unknown'],
    ['python3 -m bot', '', 'unknown'],
    ['python3 other.py', '', 'no'],
    ['python3 -m other', '', 'no'],
    ['python3 .', '/x', 'unknown'],
    ['python3 bot.py', '/x (deleted)', 'unknown'],
  ])('%s in "%s": %s', (line, cwd, is) => expect(judged(line, { cwd })).toBe(is));

  it.each([
    ['python3 -c pass /x/bot.py'],
    ['python3 -m pdb /x/bot.py'],
    ['python3 --new-option value /x/bot.py'],
    ['python3 /usr/bin/watch.py /x/bot.py'],
    ['python3 /usr/bin/watch.py --run=/x/bot.py'],
    ['bash -c "$0" /x/bot.py'],
    ['java -cp /y:/x/bot.py Main'],
    ['some-runtime /x/bot.py'],
    ['some-runtime --file /x/bot.py'],
  ])('by %s, perhaps, is undecided', (line) => expect(judged(line)).toBe('unknown'));

  it('goes by the executable where argv[0] bears another name', () => {
    expect(judged('less -X dev /x/bot.py', { image: '/usr/bin/python3.11' })).toBe('yes');
    expect(judged('mybot /x/bot.py', { image: '/usr/bin/python3.11 (deleted)' })).toBe('yes');
  });

  it('is the service by a program that nobody knows where the match names that program', () => {
    const match = { exe: '/usr/bin/some-runtime' };
    expect(judged('some-runtime --fast /x/bot.py', match)).toBe('yes');
    expect(judged('some-runtime /y/other /x/bot.py', match)).toBe('unknown');
    expect(judged('rt --fast /x/bot.py', { argv0: 'rt' })).toBe('yes');
  });
});

describe('a title that was written over the arguments', () => {
  it('is no script, whichever folder the process works in', () => {
    const argv = present(['scribe: 3 of 10 served', '', '', '']);
    const detail = { argv, exe: present('/usr/bin/node'), cwd: present('/opt') };
    expect(matches({ script: '/opt/bin/hermes' }, detail)).toEqual({ is: 'no' });
  });
});

describe('D3: who reads or names a script', () => {
  it.each([
    ['vi /x/bot.py'],
    ['less /x/bot.py'],
    ['tail -f /x/bot.py'],
    ['sha256sum /x/bot.py'],
    ['grep -n x /x/bot.py'],
    ['cp /x/bot.py /tmp'],
    ['busybox tail -f /x/bot.py'],
    ['ssh knox /x/bot.py'],
    ['sudo -u bot /x/bot.py'],
    ['tini -- /x/bot.py'],
    ['bash -n /x/bot.py'],
    ['node --check /x/bot.py'],
    ['sh -c /x/bot.py;true'],
  ])('as %s, is not the service', (line) => expect(judged(line)).toBe('no'));

  it('may be known by argv[0] alone where the executable cannot be read', () => {
    expect(judged('vi /x/bot.py', { image: '-' })).toBe('no');
    expect(judged('python3 /x/bot.py', { image: '-' })).toBe('yes');
    expect(judged('some-runtime /x/bot.py', { image: '-' })).toBe('unknown');
  });

  it('is told apart by the program of a multi-call executable', () => {
    expect(judged('tail -f /x/bot.py', { image: '/bin/busybox' })).toBe('no');
    expect(judged('sh /x/bot.py', { image: '/bin/busybox' })).toBe('yes');
    expect(judged('cat /x/bot.py', { image: '/usr/bin/coreutils' })).toBe('no');
  });

  it('does not become a reader by a name that it gave itself', () => {
    expect(judged('less /x/bot.py', { image: '/opt/some-runtime' })).toBe('unknown');
  });
});

describe('S4: a relative path that would be elsewhere now', () => {
  it.each([
    ['sh ./bot.py', '/', 'unknown'],
    ['python3 bot.py', '/y', 'unknown'],
    ['python3 x/bot.py', '/y', 'unknown'],
    ['python3 ../x/bot.py', '/y/z', 'unknown'],
    ['./bot.py', '/y', 'unknown'],
    // No folder that it could have been in then makes that the script.
    ['python3 y/bot.py', '/y', 'no'],
    ['python3 /y/bot.py', '/', 'no'],
    // A name without a folder is looked for elsewhere.
    ['bot.py --live', '/y', 'no'],
    ['python3 /y/other.py bot.py', '/y', 'no'],
    ['vi bot.py', '/y', 'no'],
  ])('%s in "%s": %s', (line, cwd, is) => expect(judged(line, { cwd })).toBe(is));
});

describe('S5: code that is given on the command line', () => {
  const run = (argv: string[], script = '/x/bot.py', cwd = '/z') =>
    matches(
      { script },
      {
        argv: present(argv),
        exe: present(`/usr/bin/${argv[0]}`),
        cwd: present(cwd),
      },
    ).is;

  it.each([
    [['sh', '-c', '. /x/bot.py']],
    [['bash', '-ec', 'cd /; source "/x/bot.py"']],
    [['sh', '-c', 'eval "$(cat /x/bot.py)"']],
    [['sh', '-c', 'while read -r l; do :; done < /x/bot.py']],
    [['python3', '-c', 'exec(open("/x/bot.py").read())']],
    [['python3', "-cexec(open('/x/./y/../bot.py').read())"]],
    [['perl', '-we', "do '/x/bot.py'"]],
    [['perl', '-e', '1;', '-e', 'do "/x/bot.py"']],
    [['ruby', '-e', 'load "/x/bot.py"']],
    [['php', '-r', 'include "/x/bot.py";']],
    [['lua', '-edofile("/x/bot.py")']],
    [['expect', '-c', 'source /x/bot.py']],
  ])('S5: %j that has the path in it may be the service', (argv) => expect(run(argv)).toBe('unknown'));

  it.each([
    ['no', ['sh', '-c', 'sleep 86400; :', 'launchd', 'com.x.bot', '/x/bot.py']],
    ['no', ['sh', '-c', 'logger started', 'sh', '/x/bot.py']],
    ['unknown', ['sh', '-c', '. "$1"', 'sh', '/x/bot.py']],
    ['unknown', ['bash', '-c', 'for f do eval "`cat $f`"; done', 'sh', '/x/bot.py']],
    ['unknown', ['python3', '-c', 'import sys; exec(open(sys.argv[1]).read())', '/x/bot.py']],
  ] as const)('what code is given concerns it only where it may run a file: %s, %j', (is, argv) =>
    expect(run([...argv])).toBe(is),
  );

  it.each([
    [['node', '-e', 'require("/x/bot")']],
    [['node', '--eval=require("/x/bot")']],
    [['node', '-pe', "import('file:///x/bot.js')"]],
    [['bun', '-e', 'import "/x/bot.js"']],
    [['deno', 'eval', 'import "/x/bot.js"']],
  ])('S6: %j that has the path in it may be the service', (argv) =>
    expect(run(argv, '/x/bot.js')).toBe('unknown'),
  );

  it('S5: resolves a relative one by the folder it works in', () => {
    expect(run(['sh', '-c', '. ./bot.py'], '/x/bot.py', '/x')).toBe('unknown');
    expect(run(['sh', '-c', '. ./bot.py'], '/x/bot.py', '/y')).toBe('no');
  });

  it('S5: finds a path with blanks in it', () => {
    expect(run(['sh', '-c', ". '/x y/bot'"], '/x y/bot')).toBe('unknown');
    expect(run(['sh', '-c', ". '/x y/bot.py'"], '/x y/bot')).toBe('no');
  });

  it.each([
    // A shell runs these in a process of their own, which is looked at by itself.
    [['sh', '-c', '/x/bot.py;true']],
    [['sh', '-c', 'cd /x && python3 /x/bot.py >> /var/log/bot 2>&1']],
    [['sh', '-c', '. /x/bot.py.old']],
    [['sh', '-c', '. /y/x/bot.py']],
    [['python3', '-c', 'open("/x/bot.pyc")']],
    [['python3', '/y/run.py', '--note', 'see "/x/bot.py"']],
  ])('S5: %j is not the service', (argv) => expect(run(argv)).toBe('no'));
});

describe('names that deceive', () => {
  it('S8: a debugger of perl is glued to its letter', () =>
    expect(judged('perl -I/l -d:Trace /x/bot.py')).toBe('yes'));

  it('S9: argv[0] makes no multi-call program of what is another', () => {
    expect(judged('busybox /x/bot.py', { image: '/usr/bin/dash' })).toBe('yes');
    expect(judged('busybox tail /x/bot.py', { image: '/opt/some-runtime' })).toBe('unknown');
    expect(judged('busybox tail /x/bot.py', { image: '-' })).toBe('no');
    expect(judged('busybox sh /x/bot.py', { image: '/bin/busybox' })).toBe('yes');
  });

  it.each([
    ['watch-shell', 'unknown'],
    ['code-server', 'unknown'],
    ['time.sh', 'unknown'],
    ['vim.basic', 'no'],
    ['vim.gtk3', 'no'],
    ['emacs-nox', 'no'],
  ])('S10: %s is no reader by how its name begins: %s', (name, is) =>
    expect(judged(`${name} /x/bot.py`)).toBe(is),
  );
});
