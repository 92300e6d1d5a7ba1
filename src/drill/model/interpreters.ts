/** How the command line of an interpreter says what it runs. */
export interface Interpreter {
  /** Its name, without a folder. */
  readonly name: RegExp;
  /** Options whose value is the next argument; a letter's may also be glued to it. */
  readonly takes: readonly string[];
  /** Options after which no script file follows: what is run is their value, as code. */
  readonly code?: readonly string[];
  /** Options whose value is a module, looked for in the working directory first. */
  readonly module?: readonly string[];
  /** Options whose value is the script. */
  readonly script?: readonly string[];
  /** Options by which the script is read and not run. */
  readonly reads?: readonly string[];
  /** `letters`: several may stand behind one dash. `shell`: so, and their values still come as further arguments. */
  readonly short?: 'letters' | 'shell';
  /** Letters whose value, where there is one, is glued to them. */
  readonly glued?: string;
  /** Words that may stand before the script, and are none. */
  readonly commands?: readonly string[];
  /** What may be left out at the end of a script's path. */
  readonly endings?: readonly string[];
}

const JS = ['.js', '.mjs', '.cjs', '/index.js'];

/** node(1) and `node --help` of 20.20 and 22; those of V8 take their value by `=` alone. */
const NODE = words(
  '-r --require --import --loader --experimental-loader -C --conditions --env-file --env-file-if-exists --title',
  '--inspect-port --debug-port --input-type --experimental-default-type --es-module-specifier-resolution',
  '--experimental-specifier-resolution --disable-warning --redirect-warnings --unhandled-rejections --trace-event-categories',
  '--trace-event-file-pattern --trace-require-module --openssl-config --tls-cipher-list --tls-keylog --icu-data-dir',
  '--dns-result-order --network-family-autoselection-attempt-timeout --max-http-header-size --secure-heap',
  '--secure-heap-min --v8-pool-size --use-largepages --disable-proto --diagnostic-dir --report-dir --report-directory',
  '--report-filename --report-signal --cpu-prof-dir --cpu-prof-name --cpu-prof-interval --heap-prof-dir --heap-prof-name',
  '--heap-prof-interval --heapsnapshot-signal --heapsnapshot-near-heap-limit --inspect-publish-uid --watch-path',
  '--snapshot-blob --build-snapshot-config --experimental-sea-config --experimental-config-file --experimental-policy',
  '--policy-integrity --allow-fs-read --allow-fs-write --security-revert --security-reverts --localstorage-file',
  '--test-name-pattern --test-skip-pattern --test-reporter --test-reporter-destination --test-shard --test-timeout',
  '--test-concurrency',
);

/** bash(1) 5.2, dash(1) 0.5.12, zsh(1) 5.9, ksh(1) 93u+m; of `sh` whichever it is. */
const SHELL = words('-o +o -O +O --rcfile --init-file --emulate');

/**
 * What is known of interpreters. An option that is missing here costs a doubt and no more: a script that stands in a place where
 * it is not looked for makes a process undecided, never a stranger.
 */
export const INTERPRETERS: readonly Interpreter[] = [
  {
    // python(1) and `python3 --help` of 3.11 to 3.13; pypy(1) 7.3.
    name: /^(?:python|pypy)[\d.]*[a-z]?$/,
    takes: words('-X -W --check-hash-based-pycs'),
    code: ['-c'],
    module: ['-m'],
    short: 'letters',
  },
  {
    name: /^(?:node|nodejs)[\d.]*$/,
    takes: NODE,
    code: words('-e --eval -p --print -pe'),
    reads: words('-c --check'),
    endings: JS,
  },
  {
    // `tsx --help` of 4.23: its own options, then those of node. ts-node 10 (its documentation, "Options").
    name: /^(?:tsx|ts-node)$/,
    takes: [
      ...NODE,
      ...words('--tsconfig --include --exclude --ignore -P --project -O --compilerOptions --cwd'),
    ],
    code: words('-e --eval -p --print'),
    commands: ['watch'],
    endings: [...JS, '.ts'],
  },
  {
    // `bun --help` and `bun run --help` of 1.3.
    name: /^bun$/,
    takes: words(
      '-r --preload --require --import -c --config --cwd --env-file --inspect-port --port --conditions --title -d --define',
      '-l --loader --tsconfig-override --main-fields --extension-order --jsx-factory --jsx-fragment --jsx-import-source',
      '--jsx-runtime --external --drop --filter -F --install --max-http-header-size --dns-result-order --unhandled-rejections',
    ),
    code: words('-e --eval -p --print'),
    commands: ['run', 'x'],
    endings: [...JS, '.ts', '.tsx', '.jsx'],
  },
  {
    // `deno run --help` of 2.5: most options take their value by `=` alone.
    name: /^deno$/,
    takes: words(
      '-c --config --import-map -L --log-level --cert --location --seed --ext --port --host --preload',
    ),
    code: ['eval'],
    commands: ['run', 'serve'],
    endings: [...JS, '.ts'],
  },
  {
    // perlrun(1) 5.36, ruby(1) 3.1, php(1) 8.2.
    name: /^perl[\d.]*$/,
    takes: ['-I'],
    code: ['-e', '-E'],
    reads: ['-c'],
    short: 'letters',
    glued: 'diMmCDFxV',
  },
  {
    name: /^j?ruby[\d.]*$/,
    takes: words('-C -X -E -I -r --encoding --external-encoding --internal-encoding --disable --enable'),
    code: ['-e'],
    reads: ['-c'],
    short: 'letters',
    glued: 'iFKTWx0',
  },
  {
    name: /^php(?:-cgi|-cli)?[\d.]*$/,
    takes: words(
      '-c --php-ini -d --define -t --docroot -S --server -z --zend-extension -B --process-begin -E',
    ),
    code: words('-r --run -R --process-code'),
    script: words('-f --file -F --process-file'),
    reads: words('-l --syntax-check -s --syntax-highlight -w --strip'),
    short: 'letters',
  },
  {
    // java(1) of JDK 17 to 21. A class or module is named by no file; a jar, or a source file, is.
    name: /^java$/,
    takes: words(
      '-cp -classpath --class-path -p --module-path --upgrade-module-path --add-modules --limit-modules --add-reads',
      '--add-exports --add-opens --patch-module --enable-native-access -d --describe-module --source',
    ),
    code: ['-m', '--module'],
    script: ['-jar'],
  },
  {
    name: /^(?:[bd]?ash|[kz]sh|mksh|sh)[\d.]*$/,
    takes: SHELL,
    code: ['-c', '-s'],
    reads: ['-n'],
    short: 'shell',
  },
  // lua(1) 5.4, Rscript(1), tclsh(1), julia(1): the first word that is no option.
  { name: /^lua(?:jit)?[\d.]*$/, takes: ['-l'], code: ['-e'], short: 'letters' },
  { name: /^Rscript$/, takes: [], code: ['-e'] },
  {
    name: /^(?:tclsh|expect|julia|dotnet|escript|elixir|racket|guile|pwsh|osascript)[\d.]*$/,
    takes: [],
    code: words('-c -e -E --eval -Command'),
  },
];

/** Executables that are whichever program they are called as (busybox(1), coreutils(1), toybox). */
export const MANY_IN_ONE = /^(?:busybox|toybox|coreutils|box)$/;

/**
 * What code of a shell has to have in it so that the shell itself may run a file: `.`, `source` or `eval`, input from a file, or an
 * expansion, which may be any of them. All else that it names runs in a process of its own, which is looked at by itself.
 */
export const RUNS_BY_ITSELF = /(?:^|[^\w./-])(?:\.|source|eval)(?![\w./-])|[<`$]/;

/** Which of several builds of a program it is (update-alternatives(1) of Debian): vim.basic, emacs-nox. */
export const BUILD = /[.-](?:basic|tiny|nox|gtk3?|athena|motif|lucid|pgtk|x11)$/;

/**
 * Programs that read, edit, copy or name a file and run nothing of it; and those that start another program, which is looked at by itself,
 * and are none of what they start. Others may do either.
 */
export const NEVER_THE_SERVICE: ReadonlySet<string> = new Set(
  words(
    'vi vim nvim view vimdiff nano pico emacs emacsclient ed joe mcedit micro kate gedit code',
    'cat tac less more most pager head tail grep egrep fgrep rg ag ack zgrep wc nl cut sort uniq diff diff3 sdiff cmp comm',
    'md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum sum shasum openssl gpg file stat ls du strings od xxd hexdump',
    'cp mv rm ln install chmod chown chgrp touch truncate dd tee tar gzip bzip2 xz zstd zip unzip scp sftp rsync rclone curl wget git',
    'readlink realpath basename dirname inotifywait lsof fuser pgrep pkill killall',
    'sudo doas su runuser env nohup setsid setpriv timeout nice ionice chrt taskset stdbuf unshare nsenter chroot prlimit',
    'tini docker-init dumb-init catatonit s6-supervise runsv supervise supervise-daemon start-stop-daemon daemon daemonize chpst envdir',
    'setuidgid gosu su-exec flock strace ltrace time watch xargs script screen tmux ssh sshd docker podman conmon crun runc uv',
    'systemd-run systemd-inhibit systemctl launchctl supervisorctl unbuffer entr parallel',
  ),
);

function words(...lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(' '));
}
