// What the Node providers of this folder share: settings, and the signature over a raw query.
import { createHmac, timingSafeEqual } from "node:crypto";

const SECRET = process.env.PROVIDER_SECRET;
const ADDRESS = new URL(process.env.ADDRESS); // the registered activation URL, without its query
const MARKETPLACE = process.env.MARKETPLACE; // scheme, host and port of its pages; several with spaces between
const [YOUNGEST, OLDEST] = [-120, 300]; // seconds; how old a signed URL may be
if (!SECRET) throw new Error("PROVIDER_SECRET is missing");

// What a cookie needs in a frame of another site.
export const COOKIE = { path: "/", secure: true, httpOnly: true, sameSite: "none", partitioned: true };
export const HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": `default-src 'none'; frame-ancestors ${MARKETPLACE}`,
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};
export const page = ({ customerName }) =>
  `<!doctype html><p>Hello ${customerName.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)}`;

/** What follows the first `?` of a request's target. */
export const queryOf = (target) => target.slice((target + "?").indexOf("?") + 1);

/** The parameters of a raw query that the marketplace has signed lately; otherwise null. */
export function verified(query) {
  const given = Object.fromEntries(new URLSearchParams(query)); // of duplicates the last one
  const { signature = "", ...signed } = given;
  const sorted = Object.entries(signed).sort(([a], [b]) => (a < b ? -1 : 1));
  // PHP's http_build_query escapes `*`, URLSearchParams does not.
  const canonical = new URLSearchParams(sorted).toString().replaceAll("*", "%2A");
  // Newer versions of the marketplace sign the port, older ones leave it out.
  const genuine = [ADDRESS.host, ADDRESS.hostname].some((host) => {
    const text = `${ADDRESS.protocol}//${host}${ADDRESS.pathname}?${canonical}`;
    const expected = Buffer.from(createHmac("sha256", SECRET).update(text).digest("hex"));
    const sent = Buffer.from(signature);
    return sent.length === expected.length && timingSafeEqual(sent, expected);
  });
  if (!genuine || !/^\d{1,11}$/.test(signed.timestamp ?? "")) return null;
  const age = Date.now() / 1000 - Number(signed.timestamp);
  return YOUNGEST <= age && age <= OLDEST ? signed : null;
}
