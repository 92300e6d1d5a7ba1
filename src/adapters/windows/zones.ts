import { DateTime, IANAZone } from 'luxon';

/** A time as a clock in that zone shows it: `Sat 2026-12-05 03:00 Europe/Berlin`. */
export function inZone(ms: number, zone: string): string {
  return `${DateTime.fromMillis(ms, { zone, locale: 'en' }).toFormat('ccc yyyy-MM-dd HH:mm')} ${zone}`;
}

/** The zone of this machine's own clock. */
export function zoneHere(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Whether two names are of one zone: the time zone database keeps old names beside new ones. */
export function isSameZone(a: string, b: string): boolean {
  return IANAZone.isValidZone(a) && IANAZone.isValidZone(b) && today(a) === today(b);
}

function today(zone: string): string {
  return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
}
