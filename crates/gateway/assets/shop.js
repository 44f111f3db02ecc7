// The demo shop: has what was clicked signed by its own server, then posts the JSON text to the
// marketplace's page.
"use strict";

const shop = document.getElementById("shop");
const problem = document.getElementById("problem");

const signed = async (item) => {
  const response = await fetch("/shop/sign", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ query: window.location.search.slice(1), item }),
    credentials: "omit",
    cache: "no-store",
  });
  if (!response.ok) throw new Error(String(response.status));
  return response.text();
};

shop.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-item]");
  if (!button) return;
  problem.textContent = "";
  button.disabled = true;
  try {
    window.parent.postMessage(await signed(button.dataset.item), shop.dataset.marketplaceOrigin);
  } catch {
    problem.textContent = shop.dataset.failed;
  }
  button.disabled = false;
});
