const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Whether it may name a fleet, a host or a service. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/** A name made of what somebody else called it: `hermes` of `hermes.service`, `com.example.hermes` or `traders:hermes`; null where nothing is left. */
export function nameFrom(label: string): string | null {
  const last = label
    .replace(/\.service$/, '')
    .split(/[:/]/)
    .at(-1)
    ?.replace(/^(?:com|org|net|io|dev)\.(?:[^.]+\.)*/, '');
  const plain = (last ?? '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64);
  return isName(plain) ? plain : null;
}
