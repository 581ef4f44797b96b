// Native dialogs. data-dialog="id" opens one; a form or an htmx request with data-confirm asks first.
const confirmDialog = document.getElementById("confirm");

/** Ask in the shared dialog; resolves to true when the reader agrees. */
export function ask({ title, text = "", action = "", danger = false }) {
  const yes = document.getElementById("confirm-yes");
  yes.dataset.words ??= yes.textContent;
  document.getElementById("confirm-title").textContent = title;
  document.getElementById("confirm-text").textContent = text;
  yes.textContent = action || yes.dataset.words;
  yes.className = danger ? "btn btn-danger" : "btn btn-primary";
  confirmDialog.returnValue = "no";
  confirmDialog.showModal();
  return new Promise((resolve) => {
    confirmDialog.addEventListener("close", () => resolve(confirmDialog.returnValue === "yes"), { once: true });
  });
}

const question = (element) => ({
  title: element.dataset.confirm,
  text: element.dataset.confirmText,
  action: element.dataset.confirmAction,
  danger: "confirmDanger" in element.dataset,
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    opener.closest("details[data-menu]")?.removeAttribute("open");
    document.getElementById(opener.dataset.dialog).showModal();
  }
  // A touch on the backdrop lands on the dialog itself.
  if (event.target.matches?.("dialog[data-light]")) event.target.close("no");
});

document.addEventListener("submit", (event) => {
  const asker = [event.submitter, event.target].find((element) => element?.dataset.confirm);
  if (!asker || asker.dataset.confirmed || event.target.matches("[hx-post], [hx-delete]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(question(asker)).then((agreed) => {
    if (!agreed) return;
    asker.dataset.confirmed = "yes";
    event.target.requestSubmit(event.submitter);
    delete asker.dataset.confirmed;
  });
}, true);

document.addEventListener("htmx:confirm", (event) => {
  const asker = event.detail.elt.closest("[data-confirm]");
  if (!asker) return;
  event.preventDefault();
  ask(question(asker)).then((agreed) => agreed && event.detail.issueRequest(true));
});

// A page that renews itself waits while a question is open: the form asked about must still be there for the answer.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (document.querySelector("dialog[open]") && event.detail.requestConfig.triggeringEvent === undefined) {
    event.detail.shouldSwap = false;
  }
});

// The answer to a request from inside such a dialog is a toast, which an open dialog would cover.
document.addEventListener("htmx:afterRequest", (event) => {
  event.target.closest?.("dialog[data-close-after]")?.close();
});

// What a dialog asked the server to do is done: nothing more to ask.
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) event.detail.elt.closest("form[method=dialog]")?.closest("dialog").close();
});
