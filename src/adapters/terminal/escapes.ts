const ESC = 0x1b;
const CSI = 0x5b;
const SS3 = 0x4f;
const CTRL_C = 0x03;

/**
 * Tells byte by byte whether a key was meant as itself: what follows ESC is an arrow, a function key, Alt with a key, or the mark of
 * a paste (ECMA-48: CSI up to its final byte; SS3 and one byte). Ctrl-C always means itself.
 */
export function createEscapeFilter(): (byte: number) => boolean {
  let at: 'outside' | 'escape' | 'csi' | 'ss3' = 'outside';
  return (byte) => {
    if (byte === CTRL_C) at = 'outside';
    else if (byte === ESC) {
      at = 'escape';
      return false;
    } else if (at === 'escape') {
      at = byte === CSI ? 'csi' : byte === SS3 ? 'ss3' : 'outside';
      return false;
    } else if (at !== 'outside') {
      if (at === 'ss3' || (byte >= 0x40 && byte <= 0x7e)) at = 'outside';
      return false;
    }
    return true;
  };
}
