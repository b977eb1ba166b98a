"""Reads a tenant by the client that was generated: its gateways, and all of its readings page by page, each once."""

import base64
import os
import ssl
import sys

from vigie_api.api.gateways import list_gateways
from vigie_api.api.readings import list_readings
from vigie_api.client import AuthenticatedClient
from vigie_api.models import ApiError

url, authority, tenant, account = sys.argv[1:]
credentials = f"{account}:{os.environ['VIGIE_PASSWORD']}".encode()
client = AuthenticatedClient(
    base_url=url,
    prefix="Basic",
    token=base64.b64encode(credentials).decode(),
    verify_ssl=ssl.create_default_context(cafile=authority),
)


def answer(module, **arguments):
    response = module.sync(tenant, client=client, **arguments)
    if response is None or isinstance(response, ApiError):
        sys.exit(f"refused: {response.code if response else 'no answer'}")
    return response


for gateway in answer(list_gateways).items:
    print(gateway.id, gateway.state.value, f"revision {gateway.config.revision}", sep="\t")

seen = set()
after, more = "0", True
while more:
    page = answer(list_readings, after=after, limit=1000)
    for reading in page.items:
        if reading.id in seen:
            sys.exit(f"twice: {reading.id}")
        seen.add(reading.id)
    after, more = page.next_, page.more
print(f"{len(seen)} readings, each once")
