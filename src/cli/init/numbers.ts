/** The places, from 0, of numbers such as `1 3-5` or `1,3`, each once and in order; or why they are none. At most `count`. */
export function placesIn(answer: string, count: number): readonly number[] | string {
  const places = new Set<number>();
  for (const word of answer.split(/[\s,]+/).filter((one) => one !== '')) {
    const [, first, last] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(word) ?? [];
    const from = Number(first);
    const to = Number(last ?? first);
    if (first === undefined) return `"${word}" is no number`;
    if (from < 1 || to > count || from > to) return `"${word}" is not within 1 to ${count}`;
    for (let at = from; at <= to; at += 1) places.add(at - 1);
  }
  return [...places].sort((a, b) => a - b);
}
