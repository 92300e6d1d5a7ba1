/** Asks a pure question about an object once, and remembers the answer for as long as the object lives. */
export function once<K extends object, V>(ask: (about: K) => V): (about: K) => V {
  const known = new WeakMap<K, { readonly answer: V }>();
  return (about) => {
    const kept = known.get(about) ?? { answer: ask(about) };
    known.set(about, kept);
    return kept.answer;
  };
}
