"""`reload = true`: a source that changes is served, without a restart by hand."""

import asyncio
from pathlib import Path

import pytest

from sidecar.supervision.reloading import SUPERFLUOUS_RESTARTS
from tests.support.changing_app import ChangingApp
from tests.support.sidecar import LaunchSidecar, Sidecar
from tests.support.story import statuses, until_restarted
from tests.support.traffic import ask, can_listen

BOTH = pytest.mark.parametrize("handoff", ["socket", "overlap"])

# Long enough for a change to be seen and acted on, where it should not be.
QUIET_FOR = 0.7


async def _until_version(port: int, version: str) -> None:
    async with asyncio.timeout(10):
        while (await ask(port))["version"] != version:
            await asyncio.sleep(0.01)


async def _stays_quiet(client: Sidecar) -> None:
    await asyncio.sleep(QUIET_FOR)
    assert statuses(client) == []


@BOTH
async def test_a_saved_source_is_served_by_a_new_process_on_the_same_port(
    sidecar: LaunchSidecar, app: ChangingApp, handoff: str
) -> None:
    client = await sidecar({"api": app.spec(handoff=handoff, reload=True)})
    before = (await client.request("start"))["status"]
    client.mark()

    app.write("second")

    after = await until_restarted(client, before["pid"])
    await client.until("python-server-stopped")
    assert after["port"] == before["port"]
    assert (await ask(before["port"]))["version"] == "second"
    client.mark()
    app.write("third time")
    await until_restarted(client, after["pid"])
    await client.until("python-server-stopped")
    assert (await ask(before["port"]))["version"] == "third time"
    assert all(one["expected"] for one in client.since_mark("python-server-stopped"))


async def test_while_it_reloads_the_port_is_held_and_connections_wait(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(reload=True)})
    port = (await client.request("start"))["status"]["port"]
    client.mark()
    app.raise_flag("hold")

    app.write("second")

    await client.until("python-server-stopped")
    await client.until_status("starting")
    assert not can_listen(port)
    waiting = asyncio.create_task(ask(port))
    app.lower_flag("hold")
    assert (await waiting)["version"] == "second"


async def test_after_a_syntax_error_the_next_good_save_brings_it_up_again(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(reload=True)})
    before = (await client.request("start"))["status"]
    client.mark()

    app.write("broken", "def app(:")

    failed = await client.until_status("error")
    assert "changing.py" in failed["lastError"]
    client.mark()
    app.write("repaired")
    after = await client.until_status("running")
    assert after["port"] == before["port"]
    assert (await ask(before["port"]))["version"] == "repaired"


async def test_with_overlap_the_old_process_goes_on_until_a_good_save(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(handoff="overlap", reload=True)})
    before = (await client.request("start"))["status"]
    client.mark()

    app.write("broken", "def app(:")

    told = await client.until(
        "python-server-status",
        lambda told: told["status"] == "running" and "lastError" in told,
    )
    assert told["pid"] == before["pid"]
    assert "changing.py" in told["lastError"]
    assert (await ask(before["port"]))["version"] == "one"
    client.mark()
    app.write("repaired")
    await until_restarted(client, before["pid"])
    await client.until("python-server-stopped")
    assert (await ask(before["port"]))["version"] == "repaired"


async def test_what_a_run_writes_beside_the_source_is_no_change(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    log = app.sources / "logs" / "server.log"
    client = await sidecar({"api": app.spec(reload=True, logs={"file": str(log)})})
    before = (await client.request("start"))["status"]
    client.mark()

    cache = app.sources / "__pycache__"
    cache.mkdir(exist_ok=True)
    for number in range(3):
        (cache / f"changing.cpython-3{number}.pyc").write_bytes(b"\0" * number)
        await ask(before["port"], "/health")
    (app.sources / "logs" / "other.log").write_text("another line\n")

    await _stays_quiet(client)
    assert "health check" in log.read_text()
    app.write("second")
    await until_restarted(client, before["pid"])


async def test_only_what_is_watched_counts(
    sidecar: LaunchSidecar, app: ChangingApp, tmp_path: Path
) -> None:
    watched = tmp_path / "library"
    watched.mkdir()
    client = await sidecar({"api": app.spec(reload=True, watch=[str(watched)])})
    before = (await client.request("start"))["status"]
    client.mark()
    app.write("second")
    await _stays_quiet(client)

    (watched / "new_module.py").write_text("VALUE = 1\n")

    await until_restarted(client, before["pid"])
    await client.until("python-server-stopped")
    assert (await ask(before["port"]))["version"] == "second"


async def test_a_burst_of_saves_is_one_restart(sidecar: LaunchSidecar, app: ChangingApp) -> None:
    client = await sidecar({"api": app.spec(reload=True)})
    before = (await client.request("start"))["status"]
    client.mark()

    for number in range(10):
        (app.sources / f"part_{number}.py").write_text(f"VALUE = {number}\n")
    app.write("second")

    await until_restarted(client, before["pid"])
    await asyncio.sleep(QUIET_FOR)
    assert len(client.since_mark("python-server-ready")) == 1
    assert (await ask(before["port"]))["version"] == "second"


@BOTH
async def test_a_save_during_a_reload_is_not_lost(
    sidecar: LaunchSidecar, app: ChangingApp, handoff: str
) -> None:
    client = await sidecar({"api": app.spec(handoff=handoff, reload=True)})
    before = (await client.request("start"))["status"]
    client.mark()
    app.raise_flag("hold")
    app.write("second", 'print("second is coming up", flush=True)')
    await client.logs_until("second is coming up")

    app.write("third time")
    app.lower_flag("hold")

    await _until_version(before["port"], "third time")


async def test_a_server_that_was_stopped_is_not_started_by_a_save(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(reload=True)})
    await client.request("start")
    await client.request("stop")
    client.mark()

    app.write("second")

    await _stays_quiet(client)
    status = (await client.request("start"))["status"]
    assert (await ask(status["port"]))["version"] == "second"
    client.mark()
    app.write("third time")
    await until_restarted(client, status["pid"])


async def test_a_stop_after_a_save_that_failed_ends_the_watching_too(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec(reload=True)})
    await client.request("start")
    app.write("broken", "def app(:")
    await client.until_status("error")
    await client.request("stop")
    client.mark()

    app.write("repaired")

    await _stays_quiet(client)


async def test_reload_can_be_switched_on_and_off_while_the_server_runs(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    client = await sidecar({"api": app.spec()})
    before = (await client.request("start"))["status"]
    client.mark()
    app.write("second")
    await _stays_quiet(client)

    answer = await client.request("update_server", changes={"reload": True})
    assert answer["restartRequired"] is False
    await _stays_quiet(client)  # and meanwhile the watching begins
    app.write("third time")
    after = await until_restarted(client, before["pid"])
    await client.request("update_server", changes={"reload": False})
    client.mark()
    app.write("number four")

    await _stays_quiet(client)
    assert (await client.request("get_status"))["pid"] == after["pid"]
    assert (await ask(before["port"]))["version"] == "third time"


async def test_what_the_sidecar_keeps_for_itself_is_no_source(
    sidecar: LaunchSidecar, app: ChangingApp
) -> None:
    state = app.sources / "state"
    client = await sidecar(
        {"api": app.spec(reload=True)},
        *("--log-level", "info"),
        env={"XDG_STATE_HOME": str(state)},
    )
    before = (await client.request("start"))["status"]
    assert list(state.rglob("*.json"))
    client.mark()

    await _stays_quiet(client)
    app.write("second")
    await until_restarted(client, before["pid"])
    await client.until("python-server-stopped")
    client.mark()
    await _stays_quiet(client)
    assert client.stderr_text().count("restarting api for a change of") == 1
    assert "not watched any more" not in client.stderr_text()


@BOTH
async def test_what_a_server_writes_whenever_it_starts_is_found_out(
    sidecar: LaunchSidecar, app: ChangingApp, handoff: str
) -> None:
    settings = app.sources / "settings.json"
    writes = f"pathlib.Path({str(settings)!r}).write_text(str(os.getpid()))"
    app.write("one", writes)
    servers = {"api": app.spec(handoff=handoff, reload=True)}
    client = await sidecar(servers, "--log-level", "info")

    await client.request("start")

    log = await client.stderr_until("not watched any more")
    assert log.count("restarting api for a change of settings.json") == SUPERFLUOUS_RESTARTS
    await client.until_status("running")
    await asyncio.sleep(QUIET_FOR)
    running = await client.request("get_status")
    assert running["status"] == "running"
    client.mark()
    app.write("second", writes)
    await until_restarted(client, running["pid"])
    await client.until("python-server-stopped")
    client.mark()
    await _stays_quiet(client)
    assert client.stderr_text().count("not watched any more") == 1
    assert settings.read_text() == str((await client.request("get_status"))["pid"])
