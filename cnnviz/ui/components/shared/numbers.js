// Numbers and counts in words.

/** @type {(text: string) => string} */
export const minus = (text) => text.replace("-", "−");

/** Brackets around what stands negative behind a sign. @type {(text: string) => string} */
export const bracketed = (text) => (/^[-−]/.test(text) ? `(${minus(text)})` : text);

/** @type {(number: number, word: string) => string} */
export const counted = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

/** So many decimals; a zero has no sign. @type {(value: number, places: number) => string} */
export function decimal(value, places) {
  if (!Number.isFinite(value)) return "no number";
  const text = value.toFixed(places);
  return Number(text) === 0 ? text.replace("-", "") : minus(text);
}
