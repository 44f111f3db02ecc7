"""The `onoffice` package from PyPI, as it is: only its address is set, which is a plain attribute."""

import json
import sys
from dataclasses import dataclass
from enum import Enum

from onoffice.actions import Action
from onoffice.api import API
from onoffice.parameters import Parameter


class Marketplace(Enum):
    """The package lists resource types in an enum and takes any other one as well."""

    UNLOCK = "unlockProvider"


@dataclass
class Unlock(Parameter):
    entry: str
    claim: str

    def serialize(self):
        return {"parameterCacheId": self.entry, "extendedclaim": self.claim}


def unlock(given, **changed):
    given = given | changed
    api = API(token=given["token"], secret=given["key"])
    api.endpoint = given["endpoint"]
    parameter = Unlock(given["parameterCacheId"], given["apiClaim"])
    action = api.get_action(Marketplace.UNLOCK, Action.DO, parameter)
    try:
        answer = api.request([action])
    except (LookupError, TypeError):
        # The package looks at `status.code` 500 only, and stumbles over a refused token.
        return {"ok": False, "code": None}
    if "errorcode" in answer:
        return {"ok": False, "code": answer["errorcode"]}
    return {"ok": answer["data"][0]["elements"]["success"] == "success", "code": 0}


given = json.load(sys.stdin)
print(json.dumps({
    "wrongKey": unlock(given, key="0" * 64),
    "unlock": unlock(given),
    "again": unlock(given),
    "unknownToken": unlock(given, token="0" * 32),
}))
