// A service's window. Whatever its page posts goes to the server as it came; the server alone
// decides what becomes of it.
"use strict";

(() => {
  const box = document.getElementById("service");
  const frame = document.getElementById("service-frame");
  const status = document.getElementById("service-status");
  const refused = document.getElementById("service-refused");
  const { window: sealed, back } = box.dataset;

  // Messages are dealt with one after the other, in the order in which they came.
  let last = Promise.resolve();

  async function ask(origin, text) {
    const answer = await fetch("/services/messages", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ window: sealed, origin, text }),
      cache: "no-store",
    });
    return answer.ok ? answer.json() : { effect: "ignored" };
  }

  function refreshBelow() {
    if (window.opener && !window.opener.closed) window.opener.location.reload();
    status.textContent = box.dataset.refreshed;
  }

  function close() {
    window.close();
    // A window that no script may close goes back to where it was opened from.
    setTimeout(() => { if (!window.closed) location.assign(back); }, 200);
  }

  function showRefusal(sentence, callback) {
    refused.querySelector("p").textContent = `${box.dataset.refused} ${sentence}`;
    refused.hidden = false;
    if (callback) frame.src = callback;
  }

  function follow(answer) {
    switch (answer.effect) {
      case "refresh":
        refreshBelow();
        break;
      case "refreshAndClose":
        refreshBelow();
        close();
        break;
      case "close":
        close();
        break;
      case "order":
        location.assign(answer.url);
        break;
      case "refused":
        if (answer.elsewhere) location.assign(answer.elsewhere);
        else showRefusal(answer.sentence, answer.callback);
        break;
      default:
        break;
    }
  }

  document.getElementById("close-window").addEventListener("click", (event) => {
    if (!window.opener) return;
    event.preventDefault();
    close();
  });
  if (!frame) return;
  window.addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || typeof event.data !== "string") return;
    last = last.then(() => ask(event.origin, event.data)).then(follow).catch(() => {});
  });
})();
