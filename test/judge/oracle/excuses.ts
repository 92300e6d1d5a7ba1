import type { FindingCode } from '../../../src/drill/model/findings.ts';
import type { Finding } from '../../../src/drill/model/verdict.ts';
import type { Lack, Part } from './lack.ts';

/** What an accepted finding says is missing: parts of the proof about its own subject. Nothing else of the proof does it excuse. */
const SAYS: Partial<Record<FindingCode, readonly Part[]>> = {
  // One that runs on may have children as before: they are part of what did not stop.
  'successful-no-op': ['stop', 'child', 'claim', 'restored'],
  'partial-stop': ['stop', 'child', 'claim', 'restored'],
  'late-stop': ['stop'],
  'frozen-not-stopped': ['stop', 'child', 'claim', 'restored'],
  'renamed-survivor': ['stop', 'child', 'claim', 'restored'],
  respawned: ['again'],
  flapped: ['again'],
  'boot-resurrection': ['again'],
  'orphaned-children': ['child'],
  'duplicate-instance': ['elsewhere', 'again'],
  'collateral-stop': ['survivor'],
  'survivor-restarted': ['survivor', 'crash'],
  'survivor-stale': ['survivor'],
  'wrong-host-stop': ['claim'],
  'false-claim': ['claim'],
  'false-success': ['claim'],
  'unlogged-halt': ['claim'],
  'unlogged-refusal': ['claim'],
  'amnesia-restart': ['state'],
  'partial-amnesia': ['state'],
  'unpersisted-halt': ['state'],
  'split-state': ['state'],
  'silent-downgrade': ['state'],
  'missing-incident': ['state'],
  'duplicate-incident': ['state'],
  'self-halt': ['survivor', 'crash'],
  'broker-down': ['survivor', 'crash', 'state'],
  'collateral-halt': ['effect'],
  'position-not-flat': ['effect'],
  'position-grew': ['effect'],
};

export function excuses({ code, host, service, asset }: Finding, lack: Lack): boolean {
  if (SAYS[code]?.includes(lack.part) !== true || lack.service !== service) return false;
  return (lack.host ?? host) === host && lack.asset === asset;
}
