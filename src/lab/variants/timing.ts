/** How long the self-test's drills hold a halt, in ms (`hold` in drills/selftest/). Misbehaviours time themselves by it. */
export const holdMs = 4000;
