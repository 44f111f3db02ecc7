// A service's window. Whatever its page posts goes to the server as it came; the server alone
// decides what becomes of it.
"use strict";

(() => {
  const box = document.getElementById("service");
  const frame = document.getElementById("service-frame");
  const status = document.getElementById("service-status");
  const refused = document.getElementById("service-refused");
  const finding = document.getElementById("service-finding");
  const { window: sealed, back, check } = box.dataset;
  // Without a message for so long the server asks the page whether it may be framed.
  const SILENT_MS = 5000;
  // What the server takes of a message, with all that JSON adds to it.
  const MOST_BYTES = 64 * 1024;
  // Libraries in a page may send objects all the time; so many are put down.
  const MOST_NO_TEXTS = 20;
  let heard = false;
  let noTexts = 0;

  // Messages are dealt with one after the other, in the order in which they came.
  let last = Promise.resolve();

  function kind(data) {
    if (data === null || data === undefined) return "nothing";
    if (Array.isArray(data)) return "array";
    if (Object.prototype.toString.call(data) === "[object Object]") return "object";
    return ["number", "boolean"].find((known) => typeof data === known) ?? "other";
  }

  function written(origin, data) {
    const fixed = { window: sealed, origin };
    if (typeof data !== "string") return JSON.stringify({ ...fixed, noText: kind(data) });
    const body = data.length < MOST_BYTES ? JSON.stringify({ ...fixed, text: data }) : undefined;
    const fits = body !== undefined && new Blob([body]).size <= MOST_BYTES;
    return fits ? body : JSON.stringify({ ...fixed, noText: "tooLong" });
  }

  async function ask(origin, data) {
    const answer = await fetch("/services/messages", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: written(origin, data),
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

  // A frame that its page refuses looks like any other from here, so the server asks.
  async function checkFrame() {
    if (heard) return;
    try {
      const answer = await fetch(check, { method: "POST", cache: "no-store" });
      const found = answer.ok ? (await answer.json()).finding : undefined;
      if (!found || heard) return;
      const [title, ...sentences] = finding.children;
      title.textContent = found.title;
      sentences[0].textContent = found.found;
      sentences[1].textContent = found.right;
      finding.hidden = false;
    } catch {
      // It is a help and nothing more.
    }
  }

  document.getElementById("close-window").addEventListener("click", (event) => {
    if (!window.opener) return;
    event.preventDefault();
    close();
  });
  if (check) setTimeout(checkFrame, SILENT_MS);
  window.addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow) return;
    heard = true;
    finding.hidden = true;
    const unreachable = document.getElementById("service-unreachable");
    if (unreachable) {
      unreachable.hidden = true;
      document.getElementById("anyway").open = true;
    }
    if (typeof event.data !== "string" && (noTexts += 1) > MOST_NO_TEXTS) return;
    last = last.then(() => ask(event.origin, event.data)).then(follow).catch(() => {});
  });
})();
