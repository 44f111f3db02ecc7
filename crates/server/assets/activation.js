// Follows an activation until it is over. A message from the provider's page is only a reason to
// ask the server; what the server says decides.
"use strict";

(() => {
  const section = document.getElementById("activation");
  const frame = document.getElementById("provider-frame");
  const { base } = section.dataset;
  const origins = section.dataset.origins.split(" ");
  const VISIBLE_MS = 2000;
  const HIDDEN_MS = 15000;
  const LOAD_MS = 10000;
  const LONGEST_REPORT = 200;
  let timer;
  let asking = false;
  let askAgain = false;

  async function state() {
    const answer = await fetch(`${base}/status`, {
      headers: { Accept: "application/json" },
      cache: "no-store",
    });
    return answer.ok ? (await answer.json()).state : "pending";
  }

  async function poll() {
    if (asking) {
      askAgain = true;
      return;
    }
    clearTimeout(timer);
    asking = true;
    try {
      if (await state() !== "pending") {
        location.replace(base);
        return;
      }
    } catch {
      // The server may be restarting; the next round asks again.
    }
    asking = false;
    timer = setTimeout(poll, askAgain ? 0 : document.hidden ? HIDDEN_MS : VISIBLE_MS);
    askAgain = false;
  }

  function report(text) {
    document.getElementById("report").textContent = text.slice(0, LONGEST_REPORT);
    document.getElementById("reports").hidden = false;
  }

  function listen(event) {
    if (event.source !== frame.contentWindow || !origins.includes(event.origin)) return;
    if (typeof event.data !== "string") return;
    if (event.data !== "active") report(event.data);
    poll();
  }

  // The page in the frame wants to go where this page's policy does not let it. What the frame
  // shows then is the browser's own page, so it says nothing to anybody.
  function watchLeaving() {
    document.addEventListener("securitypolicyviolation", (event) => {
      if (event.effectiveDirective !== "frame-src") return;
      document.getElementById("moved").hidden = false;
      frame.hidden = true;
    });
  }

  function watchLoading() {
    const unreachable = document.getElementById("unreachable");
    const late = setTimeout(() => { unreachable.hidden = false; }, LOAD_MS);
    frame.addEventListener("load", () => {
      clearTimeout(late);
      unreachable.hidden = true;
    });
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });
  if (frame) {
    document.getElementById("check-now").hidden = true;
    window.addEventListener("message", listen);
    watchLeaving();
    watchLoading();
  }
  timer = setTimeout(poll, VISIBLE_MS);
})();
