// The four calls that every client makes, for the clients in JavaScript.

import { createHmac } from "node:crypto";
import { text } from "node:stream/consumers";

export const ACTION = "urn:onoffice-de-ns:smart:2.5:smartml:action:do";
export const RESOURCE = "unlockProvider";

export function signature({ token, key }, now) {
  return createHmac("sha256", key).update(`${now}${token}${RESOURCE}${ACTION}`).digest("base64");
}

export async function run(unlock) {
  const given = JSON.parse(await text(process.stdin));
  const outcome = {
    wrongKey: await unlock({ ...given, key: "0".repeat(64) }),
    unlock: await unlock(given),
    again: await unlock(given),
    unknownToken: await unlock({ ...given, token: "0".repeat(32) }),
  };
  console.log(JSON.stringify(outcome));
}
