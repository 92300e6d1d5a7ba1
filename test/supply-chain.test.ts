import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface Locked {
  readonly version: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: true;
  readonly link?: true;
}

const root = new URL('..', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, root), 'utf8');
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
const locked = Object.entries(packages).filter(([path]) => path !== '');

it('what npm ci executes is in SECURITY.md, by name and version, and nothing else is', () => {
  const executed = locked
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')} ${version}`);
  const rows = read('SECURITY.md').matchAll(/^\| `([^` ]+) (\d[^` ]*)` \|/gm);
  expect([...rows].map(([, name, version]) => `${name} ${version}`)).toEqual(executed);
});

it('each package of the lock comes from a registry, with the hash of its content', () => {
  const loose = locked.filter(
    ([, { resolved, integrity, link }]) =>
      link === true ||
      integrity?.startsWith('sha512-') !== true ||
      (resolved !== undefined && !resolved.startsWith('https://')),
  );
  expect(loose.map(([path]) => path)).toEqual([]);
});

it('the packed package runs nothing when it is installed, and has one executable file', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  expect(Object.keys(scripts)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(?:pre|post)?install$|^(?:pre|post)?uninstall$/)]),
  );
  // Without scripts, since `prepare` would build anew what other tests run.
  const listing = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root });
  const [{ files }] = JSON.parse(listing.toString('utf8')) as [{ files: { path: string; mode: number }[] }];
  expect(files.filter(({ mode }) => (mode & 0o111) !== 0).map(({ path }) => path)).toEqual(['dist/main.js']);
  const odd = files.filter(({ path }) => !/^(?:dist\/.+\.js|.+\.(?:json|yaml|md)|LICENSE)$/.test(path));
  expect(odd.map(({ path }) => path)).toEqual([]);
});
