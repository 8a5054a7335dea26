"""The files in deploy/: what their checkers say, and every command in them, run against real servers.

No container engine runs here. Names that only exist in a container, such as a host or a folder, are replaced by those
of the test.
"""

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import compose_spec
import kubernetes_validate
import pytest
import yaml
from redis import Redis
from redis.exceptions import RedisError

from rankcrawler.gateways.address import Address
from rankcrawler.options import ENVIRONMENT, SECRETS
from rankcrawler.queue.embedded import find_binary
from rankcrawler.store import locate
from tests.checkouts import bare
from tests.crawls import until
from tests.gateways import FORKS, TOKEN, Simulated, simulated
from tests.postgresql import PostgresServer
from tests.redis_server import free_port, redis_server

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
BIN = Path(sys.prefix) / "bin"
ROOM = "6994259511469247263"
IMAGE = (DEPLOY / "Dockerfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
MANIFESTS: list[dict[str, Any]] = [
    each
    for file in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for each in yaml.safe_load_all(file.read_text("utf-8"))
]
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
HOME = "/opt/rankcrawler/bin/"


def instruction(name: str) -> list[str]:
    """The words of an instruction of the image that is written as a list; of the last one of that name."""
    found = re.findall(rf"^\s*{name} (\[.*\])$", IMAGE, re.MULTILINE)
    words: list[str] = json.loads(found[-1])
    return words


ENTRYPOINT = instruction("ENTRYPOINT")


def ours(words: Sequence[str], env: Mapping[str, str]) -> list[str]:
    """A command with our program, in a fork, and our Python."""
    programs = {"rankcrawler": FORKS.program(env), "python": (sys.executable,)}
    first = words[0].removeprefix(HOME)
    return [*programs.get(first, (first,)), *words[1:]]


def filled(value: str, given: Mapping[str, str]) -> str:
    """A value of compose.yaml with its variables."""
    return re.sub(r"\$\{(\w+)(?::[-?][^}]*)?\}", lambda found: given.get(found[1], ""), value)


class Fleet:
    """A gateway, a queue, a store and a token in a file, as containers find them."""

    def __init__(self, gateway: Simulated, redis_url: str, store_url: str, folder: Path) -> None:
        self.gateway, self.redis_url, self.store_url, self.folder = gateway, redis_url, store_url, folder
        (folder / "gateway_token").write_text(f"{TOKEN}\n")
        (folder / "gateway_token").chmod(0o400)
        gateway.stores.add((store_url, Address.of(gateway.url).source))

    def variables(self, **extra: str) -> dict[str, str]:
        """The environment of a container with these servers."""
        named = {"GATEWAY_URL": self.gateway.url, "GATEWAY_TOKEN_FILE": str(self.folder / "gateway_token")}
        named |= {"REDIS_URL": self.redis_url, "STORE_URL": self.store_url, "DATA_DIR": str(self.folder / "data")}
        return bare(**named | extra)

    def run(self, words: Sequence[str], **extra: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        env = self.variables(**extra)
        return subprocess.run(
            ours(words, env), env=env, cwd=self.folder, capture_output=True, text=True, timeout=60, check=False
        )

    @contextmanager
    def running(self, words: Sequence[str], **extra: str) -> Iterator["subprocess.Popen[bytes]"]:
        """A command that runs as long as the context lasts."""
        env = self.variables(**extra)
        with (
            (self.folder / "log").open("ab") as log,
            subprocess.Popen(ours(words, env), env=env, cwd=self.folder, stdout=log, stderr=log) as process,
        ):
            try:
                yield process
            finally:
                process.kill()

    def log(self) -> str:
        """What was said."""
        return (self.folder / "log").read_text("utf-8")


@pytest.fixture
def fleet(tmp_path: Path, postgres: PostgresServer) -> Iterator[Fleet]:
    """A gateway, a queue and a store that nobody has used yet."""
    with redis_server(tmp_path / "redis") as server, simulated() as gateway:
        yield Fleet(gateway, server.url, postgres.database(), tmp_path)


def crawled(fleet: Fleet, words: Sequence[str], stop: Sequence[str] | None = None, **extra: str) -> int:
    """Have a worker poll a room, and stop it by a command, or as an engine does; returns its exit status."""
    with fleet.running(words, **extra) as worker:
        added = fleet.run([*ENTRYPOINT, "rooms", "add", ROOM])
        assert added.returncode == 0, added.stderr
        with Redis.from_url(fleet.redis_url) as redis:
            until(lambda: redis.hget("rc:{ranklist:start_urls}:st", "done") == b"1", 30)
        if stop is None:
            worker.terminate()
        else:
            Thread(target=worker.wait).start()  # a process that nobody waits for can still be signalled
            done = fleet.run([*stop[:-1], str(worker.pid)])
            assert done.returncode == 0, done.stderr
        return worker.wait(30)


def test_the_image_is_as_its_checker_wants_it() -> None:
    done = subprocess.run([BIN / "hadolint", DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert re.findall(r"^USER (\d+):", IMAGE, re.MULTILINE)[-1] != "0"
    assert len(re.findall(r"^FROM ", IMAGE, re.MULTILINE)) == 2


def test_the_image_is_built_from_files_that_are_there_and_not_ignored() -> None:
    taken = {each for line in re.findall(r"^COPY (?!--from)(.*) \S+$", IMAGE, re.MULTILINE) for each in line.split()}
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    assert taken == kept
    assert [name for name in taken if not (ROOT / name).exists()] == []
    locks = set(re.findall(r"-r (\S+)", IMAGE))
    assert locks <= taken


def test_the_images_command_and_health_check_run(fleet: Fleet) -> None:
    assert crawled(fleet, ENTRYPOINT + instruction("CMD")) == 0
    health = fleet.run(instruction("CMD(?=.*doctor)"))
    assert health.returncode == 0, health.stdout
    assert TOKEN not in health.stdout


@pytest.mark.parametrize("bad", [{"services": {}, "servces": {}}, {"services": {"worker": {"imagee": "x"}}}])
def test_compose_has_what_its_specification_allows(bad: dict[str, Any]) -> None:
    compose_spec.PyCompose.from_json(json.dumps(COMPOSE))
    with pytest.raises(ValueError, match=r"servces|imagee"):
        compose_spec.PyCompose.from_json(json.dumps(bad))


def test_composes_services_are_private_and_wait_for_each_other() -> None:
    services = COMPOSE["services"]
    assert {name for name in services if "profiles" not in services[name]} == {
        "valkey",
        "postgresql",
        "worker",
        "serve",
    }
    for name in ("worker", "serve"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert all(each["condition"] == "service_healthy" for each in services[name]["depends_on"].values())
        for other in services[name]["depends_on"]:
            assert services[other]["healthcheck"]
    published = [port for each in services.values() for port in each.get("ports", [])]
    assert published == ["127.0.0.1:8788:8788", "127.0.0.1:9090:9090", "127.0.0.1:3000:3000"]


def test_composes_variables_are_settings_of_ours_and_its_example_names_those_that_must_be_set() -> None:
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    for name in ("worker", "serve"):
        assert set(COMPOSE["services"][name]["environment"]) <= {*ENVIRONMENT, *SECRETS, "PGPASSWORD"}
    needed = {*re.findall(r"\$\{(\w+):\?", text), *(each["environment"] for each in COMPOSE["secrets"].values())}
    example = (DEPLOY / ".env.example").read_text("utf-8")
    assert set(re.findall(r"^(\w+)=", example, re.MULTILINE)) == needed


def test_composes_worker_runs(fleet: Fleet) -> None:
    worker = COMPOSE["services"]["worker"]
    given = {"GATEWAY_URL": fleet.gateway.url, "API_TOKEN": "a-canary-of-the-api"}
    theirs = {name: filled(value, given) for name, value in worker["environment"].items()}
    here = {"REDIS_URL": fleet.redis_url, "STORE_URL": fleet.store_url, "METRICS_PORT": "0"}
    here["GATEWAY_TOKEN_FILE"] = str(fleet.folder / "gateway_token")
    assert crawled(fleet, ENTRYPOINT + worker["command"], **theirs | here) == 0


def answer(url: str) -> int:
    """The status of an answer; 0 if none comes."""
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:  # noqa: S310
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def served(command: Sequence[str], port: int) -> list[str]:
    """A command that serves, on this machine alone."""
    here = {"8788": str(port), "0.0.0.0": "127.0.0.1"}  # noqa: S104 — what is replaced
    return [here.get(word, word) for word in command]


def test_composes_pages_run_and_their_health_check_tells_whether_they_do(fleet: Fleet) -> None:
    locate.open_store(fleet.store_url).close()
    serve, port = COMPOSE["services"]["serve"], free_port()
    check = [word.replace(":8788", f":{port}") for word in serve["healthcheck"]["test"][1:]]
    assert fleet.run(check).returncode != 0
    with fleet.running(served(ENTRYPOINT + serve["command"], port), API_TOKEN="a-canary-of-the-api") as process:
        until(lambda: answer(f"http://127.0.0.1:{port}/readyz") == 200, 30)
        healthy = fleet.run(check)
        assert healthy.returncode == 0, healthy.stderr
        process.terminate()
        assert process.wait(20) == 0


def test_composes_queue_keeps_what_it_is_given(tmp_path: Path) -> None:
    valkey, port = COMPOSE["services"]["valkey"], free_port()
    words = [find_binary(), *valkey["command"][1:], "--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as server, Redis(port=port, decode_responses=True) as redis:
        try:
            until(lambda: is_up(redis), 10)
            said: Any = redis.config_get("*")
            assert (said["appendonly"], said["maxmemory-policy"]) == ("yes", "noeviction")
        finally:
            server.terminate()
            server.wait(10)


def is_up(redis: "Redis") -> bool:
    """Whether a server answers."""
    try:
        return bool(redis.ping())
    except RedisError:
        return False


def instance(unit: Path) -> str:
    """The name under which a unit is started: an instance of a template."""
    return unit.name.replace("@.", "@1.")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_as_systemd_wants_it(unit: Path, tmp_path: Path) -> None:
    copy, program = tmp_path / instance(unit), tmp_path / "rankcrawler"
    program.symlink_to(BIN / "rankcrawler")  # units take no path with a space as it is
    copy.write_text(unit.read_text("utf-8").replace(f"{HOME}rankcrawler", str(program)), "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def commands(unit: Path, name: str) -> list[list[str]]:
    """The commands of a unit."""
    return [shlex.split(line) for line in re.findall(rf"^{name}=(.*)$", unit.read_text("utf-8"), re.MULTILINE)]


def test_the_workers_unit_looks_before_it_starts_and_ends_well(fleet: Fleet) -> None:
    unit = DEPLOY / "systemd" / "rankcrawler-worker@.service"
    [before], [start] = commands(unit, "ExecStartPre"), commands(unit, "ExecStart")
    looked = fleet.run(before)
    assert looked.returncode == 0, looked.stdout
    assert crawled(fleet, start) == 0
    assert fleet.run(before, REDIS_URL=f"redis://127.0.0.1:{free_port()}").returncode == 1
    assert "RestartPreventExitStatus=3" in unit.read_text("utf-8")


def test_the_pages_unit_runs(fleet: Fleet) -> None:
    locate.open_store(fleet.store_url).close()
    [start] = commands(DEPLOY / "systemd" / "rankcrawler-serve.service", "ExecStart")
    port = free_port()
    with fleet.running([*start, "--port", str(port)]) as process:
        until(lambda: answer(f"http://127.0.0.1:{port}/readyz") == 200, 30)
        process.terminate()
        assert process.wait(20) == 0


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda each: f"{each['kind']}-{each['metadata']['name']}")
def test_a_manifest_has_what_its_schema_allows(manifest: dict[str, Any]) -> None:
    version = kubernetes_validate.latest_version()
    kubernetes_validate.validate(manifest, version, strict=True)
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(manifest | {"spcc": {}}, version, strict=True)


def of_kind(kind: str, component: str) -> dict[str, Any]:
    """The manifest of this kind for workers or pages."""
    [found] = [each for each in MANIFESTS if each["kind"] == kind and each["metadata"]["name"].endswith(component)]
    return found


def container(component: str) -> dict[str, Any]:
    """The only container of a Deployment."""
    [found] = of_kind("Deployment", component)["spec"]["template"]["spec"]["containers"]
    return dict(found)


@pytest.mark.parametrize("component", ["worker", "serve"])
def test_pods_are_private_and_selected_by_what_selects_them(component: str) -> None:
    pod = of_kind("Deployment", component)["spec"]["template"]
    assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
    assert str(pod["spec"]["securityContext"]["runAsUser"]) in re.findall(r"^USER (\d+):", IMAGE, re.MULTILINE)
    assert container(component)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    for kind in ("Deployment", "PodDisruptionBudget"):
        selected = of_kind(kind, component)["spec"]["selector"]["matchLabels"]
        assert selected.items() <= pod["metadata"]["labels"].items()
    mounted = {each["name"] for each in container(component)["volumeMounts"]}
    assert mounted == {each["name"] for each in pod["spec"]["volumes"]}


def test_the_autoscaler_scales_the_workers_by_their_lateness() -> None:
    scaler = of_kind("HorizontalPodAutoscaler", "worker")["spec"]
    assert scaler["scaleTargetRef"]["name"] == of_kind("Deployment", "worker")["metadata"]["name"]
    [metric] = scaler["metrics"]
    assert metric["external"]["metric"]["name"] in (ROOT / "docs" / "deploying.md").read_text("utf-8")


def test_the_workers_pod_starts_and_drains(fleet: Fleet) -> None:
    pod = container("worker")
    ready = fleet.run(pod["startupProbe"]["exec"]["command"])
    assert ready.returncode == 0, ready.stdout
    drain = pod["lifecycle"]["preStop"]["exec"]["command"]
    assert drain[-1] == "1", "the worker is the first process of its container"
    assert crawled(fleet, [*ENTRYPOINT, *pod["args"]], stop=drain) == 0
    status = json.loads(fleet.run([*ENTRYPOINT, "rooms", "status", "--json"]).stdout)
    assert (status["depth"]["leased"], status["workers"]) == (0, [])


def test_the_pages_pod_answers_its_probes(fleet: Fleet) -> None:
    locate.open_store(fleet.store_url).close()
    pod, port = container("serve"), free_port()
    paths = [pod[probe]["httpGet"]["path"] for probe in ("readinessProbe", "livenessProbe")]
    with fleet.running(served([*ENTRYPOINT, *pod["args"]], port), API_TOKEN="a-canary-of-the-api") as process:
        until(lambda: answer(f"http://127.0.0.1:{port}{paths[0]}") == 200, 30)
        assert [answer(f"http://127.0.0.1:{port}{path}") for path in paths] == [200, 200]
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_every_file_is_explained() -> None:
    text = (ROOT / "docs" / "deploying.md").read_text("utf-8")
    folders = {f"deploy/{path.name}" for path in DEPLOY.iterdir()}
    assert {name for name in folders if name not in text} == set()
