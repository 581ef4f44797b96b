// Changes the theme at once and lets the server remember it; without script the form itself does both.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-theme-form]") || !event.submitter) return;
  event.preventDefault();
  const theme = event.submitter.value;
  const data = new FormData(form);
  data.set("theme", theme);
  document.documentElement.dataset.theme = theme;
  document.dispatchEvent(new CustomEvent("theme:change"));
  for (const button of document.querySelectorAll("[data-theme-form] [name=theme]")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  const picture = event.submitter.querySelector("use").getAttribute("href");
  for (const use of document.querySelectorAll("summary.tool use")) use.setAttribute("href", picture);
  form.closest("details")?.removeAttribute("open");
  fetch(form.action, { method: "POST", body: data, headers: { "X-Requested-With": "fetch" } });
});
