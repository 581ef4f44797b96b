// Days of the week for weekly, a day of the month for monthly.
const rule = document.querySelector("[data-rule]");
const frequency = rule?.querySelector("[name=frequency]");
const paint = () => rule.querySelectorAll("[data-when]").forEach((part) => (part.hidden = part.dataset.when !== frequency.value));
frequency?.addEventListener("change", paint);
if (frequency) paint();
