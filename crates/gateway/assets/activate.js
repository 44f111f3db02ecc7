// The activation page: takes the key, asks the gateway to unlock, tells the marketplace's page.
"use strict";

const form = document.getElementById("unlockForm");
if (form) {
  const field = document.getElementById("secret");
  const problem = document.getElementById("keyProblem");
  const button = document.getElementById("unlockButton");
  const spinner = document.getElementById("spinner");
  const success = document.getElementById("successMessage");
  const marketplaces = form.dataset.marketplaces.split(" ");
  // The page around this one, where the browser tells it.
  const around = window.location.ancestorOrigins?.[0];
  const marketplace = marketplaces.find((origin) => origin === around);
  let busy = false;

  // The style sheets are those of the marketplace that shows the page.
  for (const link of document.querySelectorAll("link[data-marketplace]")) {
    const sheet = new URL(link.href);
    if (marketplace && sheet.origin !== marketplace) {
      link.href = marketplace + sheet.pathname;
    }
  }

  const cleaned = () => field.value.replace(/[\s\u200b-\u200f\u2060\ufeff\u00ad]/g, "");

  const show = (message) => {
    problem.textContent = message;
    field.setAttribute("aria-invalid", message === "" ? "false" : "true");
  };

  const setBusy = (value) => {
    busy = value;
    spinner.hidden = !value;
    field.readOnly = value;
    button.disabled = value || cleaned() === "";
  };

  // The marketplace's page gets plain text: exactly "active", or what went wrong. Where it is not
  // known which one shows the page, each is named; the browser tells it to the one around.
  const tellMarketplace = (text) => {
    if (window.parent !== window) {
      for (const origin of marketplace ? [marketplace] : marketplaces) {
        window.parent.postMessage(text, origin);
      }
    }
  };

  const checkLength = () => {
    const length = Array.from(cleaned()).length;
    const expected = Number(form.dataset.keyLength);
    const fits = length === 0 || length === expected;
    const text = form.dataset.wrongLength.replace("{n}", length).replace("{k}", expected);
    show(fits ? "" : text);
  };

  const askGateway = async () => {
    const response = await fetch(form.action, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ query: window.location.search.slice(1), key: cleaned() }),
      credentials: "omit",
      cache: "no-store",
    });
    return response.json();
  };

  const finish = (outcome) => {
    if (outcome.state === "active") {
      form.hidden = true;
      field.value = "";
      success.textContent = form.dataset.active;
      success.focus();
      tellMarketplace("active");
      return;
    }
    show(outcome.message);
    field.focus();
    tellMarketplace(outcome.message);
  };

  // While typing only an old message goes away; the length is judged when the field is left or a
  // key is pasted whole.
  field.addEventListener("input", (event) => {
    button.disabled = busy || cleaned() === "";
    if (event.inputType === "insertFromPaste") {
      checkLength();
    } else {
      show("");
    }
  });
  field.addEventListener("change", checkLength);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy || cleaned() === "") {
      return;
    }
    show("");
    setBusy(true);
    let outcome = { state: "error", message: form.dataset.unreachable };
    try {
      outcome = await askGateway();
    } catch {
      // No answer, or none of the gateway's: the message above says so.
    }
    setBusy(false);
    finish(outcome);
  });

  setBusy(false);
}
