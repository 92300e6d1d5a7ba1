// Prints every process that still carries one of the given words in its argv, and exits 1 if there is one.
// A drill's processes carry its id, a lab's the lab's folder: after a drill neither may be seen.
import { readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * @param {readonly string[]} words
 * @returns {string[]} `pid argv` of each process, other than this one and its ancestors, whose argv contains a word.
 */
export function leftovers(words) {
  const own = ancestors();
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && !own.has(name))
    .map((pid) => [pid, argvOf(pid)])
    .filter(([, argv]) => words.some((word) => argv.includes(word)))
    .map(([pid, argv]) => `${pid} ${argv}`);
}

function argvOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return ''; // gone between the listing and the reading
  }
}

function ancestors() {
  const found = new Set();
  for (let pid = String(process.pid); pid !== '0' && !found.has(pid); ) {
    found.add(pid);
    try {
      pid = /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
    } catch {
      break;
    }
  }
  return found;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const left = leftovers(process.argv.slice(2));
  for (const line of left) console.log(line);
  process.exitCode = left.length === 0 ? 0 : 1;
}
