/**
 * The live counter's rule: the same numbers as the server's common.text.measure.
 * 160 septets alone or 153 a part in the GSM alphabet; 70 UTF-16 units alone or 67 a part otherwise.
 */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const EXTENSION = new Set("\f^{}\\[~]|€");

export const GSM7 = 0;
export const UCS2 = 8;

/** One line feed per line break and no NUL, as the server keeps a text. */
export function clean(text) {
  return text.replace(/\r\n?/g, "\n").replaceAll("\0", "");
}

/**
 * @param {string} text
 * @returns {{encoding: number, units: number, parts: number, single: number, multi: number, left: number,
 *   characters: number}} encoding is 0 (GSM) or 8 (UCS-2); left is how many units fit before the next part begins.
 */
export function measure(text) {
  const characters = [...text];
  const encoding = characters.every((one) => BASIC.has(one) || EXTENSION.has(one)) ? GSM7 : UCS2;
  const [single, multi] = encoding === GSM7 ? [160, 153] : [70, 67];
  const sizes = characters.map((one) => (encoding === GSM7 ? (EXTENSION.has(one) ? 2 : 1) : one.length));
  const units = sizes.reduce((sum, size) => sum + size, 0);
  let parts = units ? 1 : 0;
  let left = single - units;
  if (units > single) {
    left = multi;
    for (const size of sizes) {
      if (size > left) {
        parts += 1;
        left = multi;
      }
      left -= size;
    }
  }
  return { encoding, units, parts, single, multi, left, characters: characters.length };
}
