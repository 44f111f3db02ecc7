// The shop: has what was clicked signed by its own server, which has its gateway do it, then posts
// the JSON text to the marketplace's page.
"use strict";

const shop = document.getElementById("shop");
const problem = document.getElementById("problem");

const signed = async (button) => {
  // Relative: the page's address holds the window that the gateway opened.
  const response = await fetch("message" in button.dataset ? "message" : "order", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ item: button.dataset.item }),
    credentials: "omit",
    cache: "no-store",
  });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
};

shop.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-item]");
  if (!button) return;
  problem.textContent = "";
  button.disabled = true;
  try {
    const { message, targetOrigins } = await signed(button);
    for (const origin of targetOrigins) {
      window.parent.postMessage(message, origin);
    }
  } catch {
    problem.textContent = shop.dataset.failed;
  }
  button.disabled = false;
});
