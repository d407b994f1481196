"""The sidecar's helpers keep nobody's folder from being removed or unmounted."""

import os
from pathlib import Path

from tests.integration.orphans.chain import find_chain, own_processes
from tests.integration.orphans.forest import Forest
from tests.support.sidecar import LaunchSidecar


async def test_no_helper_stays_in_the_folder_that_the_sidecar_was_started_in(
    sidecar: LaunchSidecar, forest: Forest, tmp_path: Path
) -> None:
    folder = tmp_path / "started here"
    folder.mkdir()
    tree = forest.plant("child")
    client = await sidecar({"api": tree.spec | {"cwd": str(tmp_path)}}, cwd=folder)
    main = (await client.request("start"))["status"]["pid"]
    await tree.grown()
    chain = find_chain(client.pid, [tree])

    helpers = own_processes(client.pid) - {client.pid}

    assert helpers == {chain.guardian, chain.lookout, *chain.keepers}
    assert {pid: os.readlink(f"/proc/{pid}/cwd") for pid in helpers} == dict.fromkeys(helpers, "/")
    assert os.readlink(f"/proc/{main}/cwd") == str(tmp_path)
