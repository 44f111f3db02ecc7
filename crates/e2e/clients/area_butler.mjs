// The unlock as AreaButler sends it: wants 200, 0 and `OK` above, and 0 and `OK` in every result.

import axios from "axios";
import { ACTION, RESOURCE, run, signature } from "./run.mjs";

const isFine = (status) => status.errorcode === 0 && status.message === "OK";

async function unlock(given) {
  const timestamp = Math.floor(Date.now() / 1000);
  const action = {
    timestamp,
    hmac: signature(given, timestamp),
    hmac_version: 2,
    actionid: ACTION,
    resourceid: "",
    identifier: "",
    resourcetype: RESOURCE,
    parameters: { parameterCacheId: given.parameterCacheId, extendedclaim: given.apiClaim },
  };
  const { data } = await axios.post(given.endpoint, {
    token: given.token,
    request: { actions: [action] },
  });
  const { status, response } = data;
  const ok =
    status.code === 200 && isFine(status) && response.results.every((one) => isFine(one.status));
  return { ok, code: response.results[0]?.status.errorcode ?? status.errorcode };
}

await run(unlock);
