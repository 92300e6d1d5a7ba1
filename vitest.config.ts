import { defineConfig } from 'vitest/config';

// With HALTDRILL_TEST_REPORT=FILE the results are also written there, as JSON: .ci/run counts them.
const report = process.env.HALTDRILL_TEST_REPORT;

export default defineConfig({
  test: {
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/judge/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          maxWorkers: 2,
        },
      },
      {
        // Whole programs, each with a fleet of its own: one file at a time.
        test: {
          name: 'wide',
          include: ['test/**/*.test.ts'],
          exclude: ['test/hosts/**', 'test/judge/**'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        // Against three hosts that boot a real systemd: scripts/range/main.mjs starts it.
        test: {
          name: 'hosts',
          include: ['test/hosts/**/*.test.ts'],
          globalSetup: ['test/hosts/setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
