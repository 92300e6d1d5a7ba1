#!/bin/sh
# A child that could not be started for want of descriptors, and is signalled before its error arrives.
#
# Guess: child.kill() returns false, since there is no process, and nobody gets a signal.
# Seen with Node 20.19.0 on Linux: child.pid is undefined, child.kill() returns true, and the signal goes to the caller's own process
# group, the caller included (kill(2): pid 0). Once the child's `error` event has come, it returns false and nobody gets one.
# So whoever ends a child looks for its pid first.
#
# Needs npm and setsid(1). The signal is SIGUSR2 with a listener, in a session of its own. Exits 1 where this has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true}' >package.json
npm install --silent --no-audit --no-fund node@20.19.0
cat >see.mjs <<'JS'
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
const taken = [];
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch {}
let got = 0;
process.on('SIGUSR2', () => { got += 1; });
const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
const early = child.kill('SIGUSR2');
child.once('error', ({ code }) => {
  const late = child.kill('SIGUSR2');
  for (const fd of taken) closeSync(fd);
  setTimeout(() => console.log(`${process.version} ${code} pid ${child.pid} early ${early} late ${late} got ${got}`), 300);
});
JS
seen=$(setsid --wait sh -c 'ulimit -n 60; trap "" USR2; node_modules/.bin/node see.mjs')
echo "$seen"
[ "$seen" = 'v20.19.0 EMFILE pid undefined early true late false got 1' ]
