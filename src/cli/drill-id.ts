/** Such as `20261122T103000Z-level-2-k3x9`: sorts by time, UTC, names the level, and is unique by its last word. */
export function drillId(wall: string, level: number, word: string): string {
  const stamp = wall.replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  return `${stamp}-level-${level}-${word.slice(0, 4)}`;
}
