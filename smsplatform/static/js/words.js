// The page's sentences and number formats, in the reader's language.
const root = document.documentElement;
const source = document.getElementById("words");
const sentences = source ? JSON.parse(source.textContent) : {};

export const persian = root.lang.startsWith("fa");
const format = new Intl.NumberFormat(persian ? "fa-IR" : "en-US", { maximumFractionDigits: 0 });

/** The sentence of `key`, its {placeholders} filled from `values`. */
export function say(key, values = {}) {
  return (sentences[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** 1234567 → "۱٬۲۳۴٬۵۶۷" or "1,234,567". */
export function number(value) {
  return format.format(value);
}

/** Latin digits → those of the page's language. */
export function digits(text) {
  return persian ? String(text).replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[digit]) : String(text);
}

/** Persian and Arabic digits → Latin ones. */
export function latin(text) {
  return String(text).replace(/[۰-۹]/g, (digit) => digit.charCodeAt(0) - 0x06f0).replace(/[٠-٩]/g, (digit) => digit.charCodeAt(0) - 0x0660);
}
