/*
 * What one host may make the runner hold and do for one answer. What is over it makes the sample unreadable, with its reason. All of it
 * together stays below 64 MiB a host: an answer is held once, as bytes, and its lines become strings one at a time.
 */

/** Bytes of one answer. A table at its bound is at most 4 MiB of rows; what opens processes adds three characters for each byte (`OPENED_BYTES`). */
export const ANSWER_BYTES = 12 * 1024 * 1024;

/** Bytes that the probe reads of the files of a whole batch of processes; of more, each is opened by itself. */
export const OPENED_BYTES = 2 * 1024 * 1024;

/**
 * Processes of one table. Machines with more are rare, and would be looked through for minutes: 25 are opened in a sample. What is
 * followed of them takes some 16 MiB (`MOST_LIVES` of the observation), and reading and following them some 50 ms.
 */
export const MOST_PIDS = 8_192;

/** Bytes of one line that is not a list: as long as all arguments of a process of macOS may be (ARG_MAX, 1 MiB), twice over for escapes. */
export const LINE_BYTES = 2 * 1024 * 1024;

/** Bytes that may wait for a probe which does not read what it is asked. */
export const UNREAD_REQUESTS = 1024 * 1024;

/** One line for a table that is over the bound. */
export function tooMany(pids: number): string {
  return `it lists ${pids} processes, and no more than ${MOST_PIDS} are read of one host`;
}
