// The compose form while it is being filled in: counter, phone, recipients, cost. The server's figures are the law.
import { GSM7, clean, measure } from "./text-counter.js";
import { latin, number, say } from "./words.js";

const form = document.querySelector("[data-composer]");
const data = JSON.parse(document.getElementById("composer-data").textContent);
const part = (name) => form.querySelector(`[data-part="${name}"]`);
const text = part("text");
const line = part("line");
const typed = part("typed"); // a send to the number bank has no list of people
const MOBILE = /(?:(?:\+|00)?98|0)?(9\d{2})[\s-]?(\d{3})[\s-]?(\d{2})[\s-]?(\d{2})(?!\d)/g;

/** The mobiles among what was typed, once each, and how many scraps are none. */
function readTyped(value) {
  const found = new Set();
  const rest = latin(value).replace(MOBILE, (whole, ...groups) => {
    found.add(groups.slice(0, 4).join(""));
    return " ";
  });
  return { count: found.size, unknown: (rest.match(/[^\s,;،؛|]+/g) ?? []).length };
}

/** Recipients of the chips and the file; `exact` is false where repeats between them cannot be seen from here. */
function chosen() {
  const chips = [...form.querySelectorAll("[data-chip]")];
  const file = form.querySelector("[data-file-rows]");
  return {
    count: chips.reduce((sum, chip) => sum + Number(chip.dataset.chip), 0) + Number(file?.dataset.fileRows ?? 0),
    exact: chips.length === 0 && !file,
  };
}

function paintText(size) {
  const perPart = size.parts > 1 ? size.multi : size.single;
  part("characters").textContent = number(size.units);
  part("parts").textContent = number(size.parts);
  part("left").textContent = number(size.left);
  part("encoding").textContent = say(size.encoding === GSM7 ? "encoding_gsm7" : "encoding_ucs2");
  part("bar").style.width = `${size.parts ? Math.round((1 - size.left / perPart) * 100) : 0}%`;
  const tooLong = size.parts > data.max_parts;
  part("parts").classList.toggle("is-over", tooLong);
  text.setCustomValidity(tooLong ? say("too_many_parts", { parts: number(data.max_parts) }) : "");
  document.querySelector("[data-preview]").textContent = text.value;
  const merges = part("merge") && /\{[^{}|\n]{1,60}(\|[^{}\n]{0,200})?\}/.test(text.value);
  for (const name of ["merge", "merge-hint"]) if (part(name)) part(name).hidden = !merges;
}

function paintTyped(numbers, total) {
  if (!typed) return;
  const place = part("typed-count");
  const words = [say("found_numbers", { count: number(numbers.count) })];
  if (numbers.unknown) words.push(say("unknown_numbers", { count: number(numbers.unknown) }));
  place.textContent = words.join(" · ");
  const over = data.max_recipients && total > data.max_recipients;
  const problem = over ? say("too_many_recipients", { limit: number(data.max_recipients) }) : "";
  typed.setCustomValidity(problem);
  part("typed-problem").textContent = problem;
}

function paintCost(size, recipients, exact) {
  const prices = data.prices[line.value]?.[size.encoding] ?? [0, 0];
  const [low, high] = prices.map((price) => price * size.parts * recipients);
  const amount = (value) => (exact && low === high ? number(value) : say("at_most", { amount: number(value) }));
  part("recipients").textContent = number(recipients);
  part("all-parts").textContent = number(recipients * size.parts);
  part("cost").textContent = amount(high);
  const after = data.balance - high;
  part("balance").textContent = number(Math.max(after, 0));
  part("balance").classList.toggle("is-over", after < 0);
  part("short").hidden = after >= 0;
}

function paint() {
  const size = measure(clean(text.value));
  const numbers = readTyped(typed?.value ?? "");
  const others = chosen();
  const total = numbers.count + others.count;
  paintText(size);
  paintTyped(numbers, total);
  paintCost(size, total, others.exact);
  const option = line.selectedOptions?.[0];
  document.querySelector("[data-preview-sender]").textContent = option?.dataset.number ?? "";
}

/** Put `words` where the cursor is. */
function insert(words) {
  text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

function addChip({ kind, id, label, count }) {
  const list = part("chips");
  if (list.querySelector(`input[name="${kind}"][value="${id}"]`)) return;
  const chip = part("chip-template").content.firstElementChild.cloneNode(true);
  chip.dataset.chip = count;
  chip.querySelector("[data-label]").textContent = kind === "groups" ? `${label} · ${number(count)}` : label;
  Object.assign(chip.querySelector("input"), { name: kind, value: id });
  list.append(chip);
  paint();
}

form.addEventListener("input", (event) => {
  document.getElementById("merge-preview")?.replaceChildren(); // it shows what was there before
  paint(event);
});
form.addEventListener("change", paint);
form.addEventListener("htmx:afterSwap", paint);
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.addGroup || button.dataset.addContact) {
    const kind = button.dataset.addGroup ? "groups" : "contacts";
    addChip({ kind, id: button.dataset.addGroup ?? button.dataset.addContact, label: button.dataset.label, count: Number(button.dataset.count ?? 1) });
    part("people-results").replaceChildren();
    part("people").value = "";
    part("people").focus();
  } else if ("removeChip" in button.dataset) {
    button.closest("[data-chip]").remove();
    part("people").focus();
    paint();
  } else if ("removeFile" in button.dataset) {
    document.getElementById("upload-result").replaceChildren();
    paint();
  } else if ("insert" in button.dataset) {
    button.closest("dialog")?.close();
    insert(button.dataset.insert);
  }
});

// Leave the list of people: Esc, or a step outside.
const results = part("people-results");
form.addEventListener("keydown", (event) => {
  if (event.key === "Escape") results?.replaceChildren();
  if (results && event.key === "ArrowDown" && event.target === part("people")) {
    event.preventDefault();
    results.querySelector("button")?.focus();
  }
});
document.addEventListener("focusin", (event) => {
  if (!event.target.closest(".people")) results?.replaceChildren();
});

// "In future" opens the time field.
const later = part("later"); // a send that comes again has rules instead
const when = part("when");
const paintLater = () => {
  if (!later) return;
  when.closest(".field").hidden = !later.checked;
  when.disabled = !later.checked;
};
later?.addEventListener("change", () => {
  paintLater();
  if (later.checked) when.focus();
});
paintLater();
paint();
