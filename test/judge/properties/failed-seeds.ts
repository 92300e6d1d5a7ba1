import type { Entry } from '../../../src/drill/model/journal.ts';
import { given } from '../given.ts';
import { cleanLevel2, cleanLevel4, life, livesOf, type Scenario } from '../scenario.ts';

/**
 * What a property test once found, as it was found: seeds and paths replay on the arbitraries of their day only, so the input itself
 * is kept. One row a find, which stays when it is mended.
 */
export interface FailedSeed {
  readonly property: string;
  readonly seed: number;
  readonly path: string;
  readonly was: string;
  readonly all: () => readonly Entry[];
  /** The same with some evidence taken away; left out where the property is about one journal. */
  readonly less?: (journal: readonly Entry[]) => readonly Entry[];
}

const withoutSamples =
  (host: string, fromMs: number, toMs: number) =>
  (journal: readonly Entry[]): readonly Entry[] =>
    journal.filter(
      (e) =>
        e.kind !== 'sample' || e.sample.host !== host || e.sample.sentMs < fromMs || e.sample.sentMs > toMs,
    );

const withoutStatus = (journal: readonly Entry[]): readonly Entry[] =>
  journal.filter(({ kind }) => kind !== 'status');

const cacheFrom =
  (fromMs: number, toMs: number) =>
  (s: Scenario): void => {
    const { api } = s;
    s.api = (ms) => api(ms >= fromMs && ms < toMs ? fromMs : ms);
  };

export const failedSeeds: readonly FailedSeed[] = [
  {
    property: 'nothing looks better without a stretch of samples longer than max-gap',
    seed: 2044817345,
    path: '21:5:5:5:3:5:4:3:4:3:3:7:7:5:6:5:5:6',
    was: 'a second life of the broker for 0.16 s: 0 targets proven; 4 where nobody looked at its host before that',
    all: () => given(cleanLevel4).respawns('principal', 9850, { untilMs: 10_011 }).journal(),
    less: withoutSamples('knox', 7023, 10_000),
  },
  {
    property: 'nothing looks better without a stretch of samples longer than max-gap',
    seed: 2124807949,
    path: '548:0:1:0:1:7:4:1:1:1',
    was: 'a heart that stopped just before the undo: the fleet halted; restored where nobody looked while it stopped',
    all: () =>
      given(cleanLevel2)
        .and((s) => {
          const { heartbeat } = s;
          s.heartbeat = (name, ms) => heartbeat(name, Math.min(ms, 14_350));
        })
        .journal(),
    less: withoutSamples('knox', 13_200, 17_200),
  },
  {
    property: 'nothing looks better without everything that a store or the broker says',
    seed: 2124807949,
    path: '224:2:4:2:4:2:2:2:2:2:2:2:2:3',
    was: 'a cache answers for a broker that is gone: 6 targets proven; 7 where nobody asked it',
    all: () => given(cleanLevel4).and(cacheFrom(4850, 10_009)).journal(),
    less: withoutStatus,
  },
  {
    property: 'a pass implies the whole proof, looked for again in the raw journal',
    seed: 2124807949,
    path: '180:2:2:4:1:2:15:15',
    was: 'a target that came back frozen and then worked, which the oracle took for never working',
    all: () =>
      given(cleanLevel2)
        .and((s) => {
          for (const one of livesOf(s, 'hermes'))
            one.state = (ms) => ({ state: ms >= 9945 && ms < 16_011 ? 'T' : 'S' });
        })
        .journal(),
  },
  {
    property: 'a pass implies the whole proof, looked for again in the raw journal',
    seed: 700609388,
    path: '1490:1:0:1:1:2',
    was: 'a control that had gone by itself before it was killed was taken for one that the probe saw vanish',
    all: () =>
      given(cleanLevel2)
        .and((s) => {
          Object.assign(s.canaries[0] ?? {}, { goneMs: 2000, killedMs: 4850 });
        })
        .journal(),
  },
  {
    property: 'a pass implies the whole proof, looked for again in the raw journal',
    seed: 346567463,
    path: '2971:5:5:2:2:6:5:5:12:6',
    was: 'a command of the same script in the last second, which the oracle would have watched for as long as what came back',
    all: () =>
      given(cleanLevel2)
        .and((s) => {
          s.lives.push(life('hermes', 'tesseract', 799, 17_811, 18_811));
        })
        .journal(),
  },
  {
    property: 'nothing looks better without all samples of a host',
    seed: 703879899,
    path: '2037:0:8:1:1:1:1:4:3:2:2:4:2:3',
    was: 'a host that was not seen in the last second: nothing of it proven; 3 targets where the other host was never seen',
    all: () =>
      given(cleanLevel2)
        .and((s) => {
          const { sampling } = s;
          s.sampling = (name, ms) => (name === 'knox' && ms >= 17_801 ? 'lost' : sampling(name, ms));
        })
        .journal(),
    less: withoutSamples('tesseract', 0, Infinity),
  },
];
