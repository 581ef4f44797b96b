// Step through messages on the phone picture, recipient by recipient.
function paint(stepper, place) {
  const steps = [...stepper.querySelectorAll("[data-steps] > li")];
  if (!steps.length) return;
  const at = (place + steps.length) % steps.length;
  stepper.dataset.at = at;
  // Without a phone of its own, on that of the page.
  (stepper.querySelector("[data-preview]") ?? document.querySelector("[data-preview]")).textContent = steps[at].dataset.text;
  stepper.querySelector("[data-step-label]").textContent = steps[at].dataset.label;
}

const paintAll = () => document.querySelectorAll("[data-stepper]").forEach((one) => paint(one, Number(one.dataset.at ?? 0)));

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  const stepper = button?.closest("[data-stepper]");
  if (stepper) paint(stepper, Number(stepper.dataset.at ?? 0) + Number(button.dataset.step));
  if (event.target.closest("[data-remove-file]") && !document.querySelector("[data-composer]")) {
    document.getElementById("upload-result").replaceChildren();
  }
});
document.addEventListener("htmx:afterSwap", paintAll);
paintAll();
