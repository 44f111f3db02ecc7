// Follows an activation until it is over. A message from the provider's page is only a reason to
// ask the server; what the server says decides.
"use strict";

(() => {
  const section = document.getElementById("activation");
  const frame = document.getElementById("provider-frame");
  const finding = document.getElementById("finding");
  const unreachable = document.getElementById("unreachable");
  // Said by the server, which may see less than this browser.
  const isDoubted = !unreachable.hidden;
  const { base } = section.dataset;
  const origins = section.dataset.origins.split(" ");
  const VISIBLE_MS = 2000;
  const HIDDEN_MS = 15000;
  const LOAD_MS = 10000;
  // Without a message for so long the server asks the page what is wrong.
  const SILENT_MS = 5000;
  // The message may come a moment after the activation itself.
  const ANNOUNCE_MS = 3000;
  const LONGEST_REPORT = 200;
  let timer;
  let asking = false;
  let askAgain = false;
  let heard = false;
  let announced = false;
  let onAnnounced = () => {};

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
      const found = await state();
      if (found !== "pending") {
        leave(found);
        return;
      }
    } catch {
      // The server may be restarting; the next round asks again.
    }
    asking = false;
    timer = setTimeout(poll, askAgain ? 0 : document.hidden ? HIDDEN_MS : VISIBLE_MS);
    askAgain = false;
  }

  function leave(found) {
    const isUnannounced = frame && found === "active" && !announced;
    if (!isUnannounced) {
      location.replace(base);
      return;
    }
    onAnnounced = () => location.replace(base);
    setTimeout(() => location.replace(`${base}?unannounced`), ANNOUNCE_MS);
  }

  function kind(data) {
    if (data === null || data === undefined) return "nothing";
    if (Array.isArray(data)) return "array";
    if (Object.prototype.toString.call(data) === "[object Object]") return "object";
    return ["number", "boolean"].find((known) => typeof data === known) ?? "other";
  }

  function notText(data) {
    const words = new Map(section.dataset.kinds.split("|").map((pair) => pair.split(":")));
    return section.dataset.notText.replace("{}", words.get(kind(data)));
  }

  function report(text) {
    document.getElementById("report").textContent = text.slice(0, LONGEST_REPORT);
    document.getElementById("reports").hidden = false;
  }

  function listen(event) {
    if (event.source !== frame.contentWindow || !origins.includes(event.origin)) return;
    heard = true;
    finding.hidden = true;
    unreachable.hidden = true;
    const anyway = document.getElementById("anyway");
    if (anyway) anyway.open = true;
    if (typeof event.data !== "string") {
      report(notText(event.data));
      document.getElementById("reports-hint").hidden = true;
      return;
    }
    if (event.data === "active") {
      announced = true;
      onAnnounced();
    } else {
      report(event.data);
      document.getElementById("reports-hint").hidden = false;
    }
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
    const late = setTimeout(() => { unreachable.hidden = false; }, LOAD_MS);
    frame.addEventListener("load", () => {
      clearTimeout(late);
      unreachable.hidden = true;
    });
  }

  // A frame that its page refuses looks like any other from here, so the server asks.
  async function check() {
    if (heard || isDoubted) return;
    try {
      const answer = await fetch(`${base}/check`, { method: "POST", cache: "no-store" });
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

  document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });
  if (frame) {
    document.getElementById("check-now").hidden = true;
    window.addEventListener("message", listen);
    watchLeaving();
    if (!isDoubted) watchLoading();
    setTimeout(check, SILENT_MS);
  }
  timer = setTimeout(poll, VISIBLE_MS);
})();
