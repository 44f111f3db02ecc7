// The unlock as BluePic's SDK sends it: misspells `identifier`, sends no claim, marks a regular
// customer, and takes every `status.code` below 300 for a success.

import axios from "axios";
import { ACTION, RESOURCE, run, signature } from "./run.mjs";

async function unlock(given) {
  const now = Math.floor(Date.now() / 1000);
  const action = {
    actionid: ACTION,
    indentifier: "",
    parameters: { parameterCacheId: given.parameterCacheId, isRegularCustomer: 1 },
    resourceid: "",
    resourcetype: RESOURCE,
    timestamp: now,
    hmac_version: 2,
    hmac: signature(given, now),
  };
  const { data } = await axios.post(given.endpoint, {
    token: given.token,
    request: { actions: [action] },
  });
  const result = data.response.results[0];
  return { ok: data.status.code < 300, code: result?.status.errorcode ?? data.status.errorcode };
}

await run(unlock);
