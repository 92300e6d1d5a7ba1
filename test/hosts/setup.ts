import type { TestProject } from 'vitest/node';
import { bootRange, type Ground } from './range/boot.ts';

/** Boots the hosts once for all test files. Nothing is taken down here: that is done from outside, by the kernel. */
export async function setup(project: TestProject): Promise<void> {
  const ground = process.env.HALTDRILL_RANGE;
  if (ground === undefined) throw new Error('these tests need hosts: start them with `npm run test:hosts`');
  const began = Date.now();
  project.provide('range', await bootRange(JSON.parse(ground) as Ground));
  console.log(`three hosts booted in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}
