/**
 * Who writes, and to whom the message must get through, while others are halted: two survivors, the broker only where there is
 * no other. Null where there are not two.
 */
export function aliveAgents(
  keeps: readonly string[],
  broker: string,
): { readonly sender: string; readonly alive: string } | null {
  const [sender, alive] = [...keeps.filter((name) => name !== broker), ...keeps.filter((n) => n === broker)];
  return sender === undefined || alive === undefined ? null : { sender, alive };
}
