import type { Look } from '../model/excuse.ts';
import type { IncarnationKey, ProcessRow } from '../model/process.ts';
import type { RecordedDetail } from '../model/sample.ts';

/** How many looks that differ are kept of one life, and how much that ties it to others; of more, a host only makes them up. */
export const MOST_CHANGES = 64;
/** Characters of a tag, or of a drill's id, that are kept; ours are shorter. */
const WORD = 256;
/** Characters of a cgroup that are kept: the kernel tells of none whose path is longer than PATH_MAX (limits.h). */
const PATH = 4_096;

/** One life of a process on one host, as it is known after the samples so far. */
export interface KnownLife {
  readonly key: IncarnationKey;
  row: ProcessRow;
  alive: boolean;
  opened: boolean;
  looksLeft: number;
  comm: string | undefined;
  /** As last seen. */
  image: number | undefined;
  readonly services: Set<string>;
  /** What each look said that the one before it did not. */
  looks: Look[];
  /** How often it said something new by which it is tied to others: a parent, a group, a session, a cgroup. */
  ties: number;
  undecided: boolean;
  canary: string | null;
  runner: NonNullable<RecordedDetail['runner']> | null;
  uid: number | null;
  cgroup: string | null;
}

/** A life of which nothing but a row was seen yet; `looksLeft`: how often it is to be opened. */
export function begin(key: IncarnationKey, row: ProcessRow, looksLeft: number): KnownLife {
  return {
    key,
    row,
    alive: true,
    opened: false,
    looksLeft,
    comm: row.comm,
    image: row.image,
    services: new Set(),
    looks: [],
    ties: 0,
    undecided: false,
    canary: null,
    runner: null,
    uid: null,
    cgroup: null,
  };
}

/** Takes in what a look says, and nothing that keeps the look itself alive. Whether it is news of whose the life is. */
export function takeLook(known: KnownLife, detail: RecordedDetail): boolean {
  const { runner } = detail;
  const look = lookOf(detail);
  const before = known.looks.at(-1);
  const isNews = before === undefined || wordsOf(before) !== wordsOf(look);
  if (isNews) known.looks = withLook(known.looks, look);
  for (const service of detail.services) known.services.add(service);
  known.undecided = detail.undecided.length > 0;
  known.canary ??= look.canary;
  known.uid = detail.uid;
  if (runner !== undefined) known.runner ??= { ...runner, drillId: copy(runner.drillId, WORD) };
  if (detail.cgroup !== null && detail.cgroup !== known.cgroup) known.cgroup = copy(detail.cgroup, PATH);
  return isNews;
}

/** Of what an excuse or a family may hang on: a service or a helper of one, as far as could be told, or of the runner. */
export function isSomebodys({ services, looks, canary, runner }: KnownLife): boolean {
  const shows = (look: Look): boolean => look.undecided.length + look.leftBy.length > 0;
  return services.size > 0 || canary !== null || runner !== null || looks.some(shows);
}

function lookOf({ services, undecided, leftBy, canary, headless }: RecordedDetail): Look {
  return {
    services,
    undecided: undecided.map(({ service }) => ({ service })),
    leftBy,
    canary: canary === null ? null : copy(canary, WORD),
    ...(headless === undefined ? {} : { headless }),
  };
}

// An excuse hangs on what looks say and on which was first and last of its kind: those between say nothing more (`excuseOf`).
function withLook(looks: readonly Look[], look: Look): Look[] {
  const all = [...looks, look];
  if (all.length <= MOST_CHANGES) return all;
  const words = all.map(wordsOf);
  const telling = all.filter((_, at) => {
    const said = words[at] as string;
    return words.indexOf(said) === at || words.lastIndexOf(said) === at;
  });
  return telling.length <= MOST_CHANGES ? telling : [...looks.slice(0, -1), look];
}

const wordsOf = ({ services, undecided, leftBy, canary, headless = false }: Look): string =>
  JSON.stringify([services, undecided.map(({ service }) => service), leftBy, canary !== null, headless]);

/** Characters of its own: a part of a string may keep the whole of it alive. */
const copy = (text: string, most: number): string =>
  JSON.parse(JSON.stringify(text.slice(0, most))) as string;
