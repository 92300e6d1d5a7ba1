import type { Target } from '../../principal/parts.ts';
import { tooLateMs } from '../variants/timing.ts';
import type { BrokerSite } from '../variants/variant.ts';
import { sinceHaltMs } from './halt-marks.ts';
import { hostOf, targetOf } from './hosts.ts';

/** Starts a service's own program on its host, past the manager, as a hasty operator would; `args` come after its own. */
export async function startByHand(site: BrokerSite, service: string, args: readonly string[]): Promise<void> {
  const { host } = targetOf(site, service);
  const script =
    'program=$1; shift; service=$1; shift; setsid "$program" "$PWD/opt/invictus/bin/$service" "$@" < /dev/null > /dev/null 2>&1 &';
  await hostOf(site, host).run(['sh', '-c', script, 'by-hand', process.execPath, service, ...args]);
}

/** Kills a service's process on its host without a word to its manager; resolves once that very process is gone. */
export async function killPastManager(site: BrokerSite, service: string): Promise<void> {
  const { host, label } = targetOf(site, service);
  const { run, launchctl } = hostOf(site, host);
  const script = `
pid=$("$1" print "$2" | sed -n 's/^[[:space:]]*pid = //p')
[ -n "$pid" ] || exit 0
kill -KILL "$pid"
while kill -0 "$pid" 2> /dev/null; do sleep 0.02; done`;
  await run(['sh', '-c', script, 'by-hand', launchctl, label]);
}

/** Tells a service's manager to stop it when the deadline has passed, for a broker that marks its halts. */
export function stopTooLate(site: BrokerSite, target: Target): Promise<void> {
  return stopAt(site, target, Date.now() - sinceHaltMs(site.root, 'asked') + tooLateMs);
}

/**
 * Tells a service's manager to stop it at a moment of the wall clock, ms. The command is on its host before, and waits there: what a busy
 * machine takes to connect does not add to the delay.
 */
export async function stopAt(site: BrokerSite, { host, label }: Target, wallMs: number): Promise<void> {
  const { run, launchctl } = hostOf(site, host);
  const script = `
rest=$(($3 - $(date +%s%3N)))
[ "$rest" -le 0 ] || sleep "$((rest / 1000)).$(printf %03d $((rest % 1000)))"
exec "$1" stop "$2"`;
  await run(['sh', '-c', script, 'by-hand', launchctl, label, String(Math.round(wallMs))]);
}
