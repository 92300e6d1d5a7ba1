import { type Matched, matches } from '../model/match.ts';
import type { Plan } from '../model/plan.ts';
import type { ProcessDetail } from '../model/process.ts';
import { present } from '../model/reading.ts';
import type { RecordedDetail } from '../model/sample.ts';

/**
 * argv of a canary: … `haltdrill-canary <fleet> <drill id>.<word> <expiry>`, of a probe: … `haltdrill-probe <fleet> <drill id> …`.
 * Anybody can write that: it exempts from nothing.
 */
const CANARY = 'haltdrill-canary';
const PROBE = 'haltdrill-probe';

/** Keeps what recognition needs of a process: argv and executable of candidates, a fingerprint of strangers. `comm` is its command name. */
export function classify(
  detail: ProcessDetail,
  plan: Pick<Plan, 'services' | 'fleet'>,
  fingerprint: (text: string) => string,
  comm?: string,
): RecordedDetail {
  const argv = detail.argv.kind === 'present' ? detail.argv.value : [];
  const verdicts = plan.services.map(({ name, match }) => ({
    service: name,
    matched: matches(match, detail),
  }));
  const leftBy = plan.services
    .filter((service) => service.leaves.some((match) => matches(match, detail).is === 'yes'))
    .map((service) => service.name);
  const services = verdicts.filter(({ matched }) => matched.is === 'yes').map(({ service }) => service);
  // Whoever is declared to be a helper of a service is that, whatever script it is given.
  const undecided = verdicts
    .filter(({ service }) => !leftBy.includes(service))
    .filter(({ matched }) => services.length === 0 || matched.is !== 'unknown' || matched.moved !== true)
    .flatMap(({ service, matched }) => doubt(service, matched));
  const canary = canaryTag(argv, plan.fleet);
  const runner = runnerOf(argv, plan.fleet);
  const candidate = services.length + undecided.length + leftBy.length > 0 || canary !== null;
  return {
    pid: detail.pid,
    start: detail.start,
    uid: detail.uid,
    cgroup: detail.cgroup,
    services,
    undecided,
    leftBy,
    canary,
    ...(runner === null ? {} : { runner }),
    ...(candidate && detail.argv.kind === 'present' ? { argv } : {}),
    ...(candidate && detail.exe.kind === 'present' ? { exe: detail.exe.value } : {}),
    ...(candidate && detail.cwd?.kind === 'present' ? { cwd: detail.cwd.value } : {}),
    ...(candidate && detail.inner !== undefined ? { inner: detail.inner } : {}),
    fingerprint: fingerprint(JSON.stringify([detail.argv, exeOf(detail)])),
    ...(comm === undefined ? {} : { comm: fingerprint(comm) }),
    ...(detail.image === undefined ? {} : { image: fingerprint(`image ${detail.image}`) }),
    ...(detail.headless === true ? { headless: true } : {}),
  };
}

// The file of a program that runs may be replaced (proc_pid_exe(5)); what is started from the new one is the same program.
function exeOf({ exe }: ProcessDetail): ProcessDetail['exe'] {
  return exe.kind === 'present' ? present(exe.value.replace(/ \(deleted\)$/, '')) : exe;
}

function doubt(service: string, matched: Matched): { service: string; reason: string }[] {
  return matched.is === 'unknown' ? [{ service, reason: matched.reason }] : [];
}

function canaryTag(argv: readonly string[], fleet: string): string | null {
  const at = argv.indexOf(CANARY);
  return at >= 0 && argv[at + 1] === fleet ? (argv[at + 2] ?? null) : null;
}

/** Which drill of this fleet a canary or probe belongs to. */
function runnerOf(argv: readonly string[], fleet: string): NonNullable<RecordedDetail['runner']> | null {
  const tag = canaryTag(argv, fleet);
  if (tag !== null) {
    const ends = argv[argv.indexOf(CANARY) + 3] ?? '';
    const drillId = tag.includes('.') ? tag.slice(0, tag.lastIndexOf('.')) : tag;
    return { kind: 'canary', drillId, endsS: /^[1-9]\d{0,11}$/.test(ends) ? Number(ends) : null };
  }
  const at = argv.indexOf(PROBE);
  const drillId = at >= 0 && argv[at + 1] === fleet ? argv[at + 2] : undefined;
  return drillId === undefined ? null : { kind: 'probe', drillId, endsS: null };
}
