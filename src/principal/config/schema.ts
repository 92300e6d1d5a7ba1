import { z } from 'zod';

const text = z.string().min(1);
const token = z.string().regex(/^[\x21-\x7e]{16,}$/, 'at least 16 printable characters without blanks');

const ssh = z.strictObject({
  address: text.regex(/^[^-]/, 'an address does not begin with a dash'),
  port: z.int().min(1).max(65_535).default(22),
  user: text,
  'identity-file': text,
  'known-hosts': text,
});

/** `principal.yaml` as it is written. */
export const configFile = z
  .strictObject({
    listen: z.strictObject({
      address: text.default('127.0.0.1'),
      port: z.int().min(0).max(65_535),
    }),
    database: text,
    exchange: z.strictObject({ url: z.url({ protocol: /^https?$/ }), token: token.optional() }),
    tokens: z
      .array(
        z.strictObject({
          token,
          role: z.enum(['operator', 'second-operator', 'agent', 'observer']),
          name: text.optional(),
        }),
      )
      .min(1),
    hosts: z.record(
      text,
      z.strictObject({
        launchctl: text,
        domain: text.optional(),
        plists: text.optional(),
        grace: z.int().min(0).max(6).optional(),
        ssh: ssh.optional(),
      }),
    ),
    services: z.record(text, z.strictObject({ host: text, label: text })),
    /** The service that this broker is itself: only a destructive level may stop it. */
    self: text,
    levels: z.record(
      z.string().regex(/^[1-9][0-9]?$/, 'a level is a number from 1 to 99'),
      z.strictObject({
        asset: z.boolean().default(false),
        stops: z.array(text).default([]),
        resume: z.enum(['reason', 'incident', 'second-operator', 'by-hand']).optional(),
        destructive: z.strictObject({ phrase: text.min(8) }).optional(),
      }),
    ),
  })
  .superRefine((config, context) => {
    const wrong = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    for (const [name, { host }] of Object.entries(config.services)) {
      if (!Object.hasOwn(config.hosts, host)) wrong(['services', name, 'host'], `there is no host ${host}`);
    }
    if (!Object.hasOwn(config.services, config.self)) wrong(['self'], `there is no service ${config.self}`);
    const consenting = config.tokens.filter(({ role }) => role === 'operator' || role === 'second-operator');
    for (const [level, { asset, stops, resume, destructive }] of Object.entries(config.levels)) {
      if (!asset && stops.length === 0) wrong(['levels', level], 'this level would halt nothing');
      if (resume === 'second-operator' && consenting.length < 2) {
        wrong(['levels', level, 'resume'], 'there is no token of a second operator');
      }
      for (const [index, name] of stops.entries()) {
        const path = ['levels', level, 'stops', index];
        if (!Object.hasOwn(config.services, name)) wrong(path, `there is no service ${name}`);
        if (name === config.self && destructive === undefined)
          wrong(path, 'a broker that stops itself cannot see its halt through');
        if (stops.indexOf(name) !== index) wrong(path, `${name} is named twice`);
      }
    }
    const given = config.tokens.map((one) => one.token);
    if (new Set(given).size !== given.length) wrong(['tokens'], 'two tokens are the same');
  });
