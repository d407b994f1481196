"""A server that tells which environment it was given."""

import json
from typing import Any

from tests.support.servers import portless
from tests.support.sidecar import Sidecar

PRINT_ENVIRONMENT = """
import json, os, time
print("ENV", json.dumps({key: os.environ[key] for key in os.environ if key.startswith("MY_")}))
time.sleep(60)
"""


def telling_server(**settings: Any) -> dict[str, Any]:
    """A server that prints the variables that begin with MY_, and is ready then."""
    return portless(PRINT_ENVIRONMENT, **{"ready": {"log": "^ENV"}, **settings})


async def environment_after(client: Sidecar, method: str) -> dict[str, str]:
    """What the server prints after a start or a restart."""
    client.mark()
    assert (await client.request(method))["success"] is True
    line = next(one for one in client.log_text().splitlines() if one.startswith("ENV "))
    return json.loads(line.removeprefix("ENV "))
