"""The files of deploy/ agree with each other, with the app, and with what they promise."""

import base64
import hashlib
import re
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import pytest
import streamlit
import yaml

from cnnviz.images import MAX_BYTES
from cnnviz.ui.process.graceful_end import ENDS_WITHIN
from tests.browser.running_app import ROOT, free_port
from tests.deploy.conftest import direct
from tests.deploy.running_nginx import command, nginx, write_configuration

DEPLOY = ROOT / "deploy"
HEALTH = "/_stcore/health"
APP_PORT = 8501
PUBLIC_PORT = 8080
USER = 10001
SITE = (DEPLOY / "nginx" / "cnnviz.conf").read_text(encoding="utf-8")
CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
KUBERNETES: dict[str, dict[str, Any]] = {
    part["kind"]: part
    for part in yaml.safe_load_all((DEPLOY / "kubernetes" / "cnnviz.yaml").read_text(encoding="utf-8"))
}
POD = KUBERNETES["Deployment"]["spec"]["template"]["spec"]


def instructions() -> list[tuple[str, str]]:
    """The lines of the Containerfile, whole: [("FROM", "python:3.11-slim"), ...]."""
    text = "\n".join(line for line in CONTAINERFILE.splitlines() if not line.startswith("#"))
    lines = text.replace("\\\n", " ").splitlines()
    return [(name, " ".join(rest.split())) for name, _, rest in (line.partition(" ") for line in lines) if name]


def image(name: str) -> list[str]:
    """What the last stage of the Containerfile says for an instruction."""
    last = max(number for number, (instruction, _) in enumerate(instructions()) if instruction == "FROM")
    return [value for instruction, value in instructions()[last:] if instruction == name]


def unit() -> dict[str, str]:
    """The options of the systemd unit; of one that is given several times, the last."""
    lines = (DEPLOY / "systemd" / "cnnviz@.service").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


# --- nginx ---


@pytest.mark.parametrize("trusted", [None, {}])
def test_nginx_takes_the_configuration(nginx_is_here: None, trusted: dict[str, str] | None) -> None:
    with tempfile.TemporaryDirectory(prefix="cnnviz-") as name:
        write_configuration(Path(name) / "nginx", free_port(), [str(APP_PORT)], trusted=trusted)
        done = subprocess.run(command(Path(name) / "nginx", "-t"), capture_output=True, text=True, timeout=20)
        assert done.returncode == 0, done.stderr
        assert "warn" not in done.stderr


def test_while_no_process_answers_a_page_says_so_and_tries_again(nginx_is_here: None) -> None:
    nobody = [str(free_port()), str(free_port())]
    with tempfile.TemporaryDirectory(prefix="cnnviz-") as name, nginx(Path(name) / "nginx", nobody) as proxy:
        answer = direct().get(f"{proxy.address}/convolution")
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "text/html"
    assert 'http-equiv="refresh"' in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_the_inline_script_of_the_installed_streamlit_is_the_one_allowed() -> None:
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = {base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts}
    assert set(re.findall(r"'sha256-([^']+)'", SITE)) == hashes


def test_a_picture_as_large_as_the_app_takes_gets_through_and_is_not_written_down() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["maxUploadSize"] * 1024**2 == MAX_BYTES
    uploads = SITE.partition("location /_stcore/upload_file/ {")[2].partition("\n    }")[0]
    for setting in ("client_max_body_size", "client_body_buffer_size"):
        (megabytes,) = re.findall(rf"{setting} (\d+)m;", uploads)
        assert MAX_BYTES < int(megabytes) * 1024**2 <= MAX_BYTES + 1024**2
    assert "proxy_max_temp_file_size 0;" in SITE


def test_no_location_loses_the_headers_of_the_server() -> None:
    assert not re.search(r"^        +add_header", SITE, re.MULTILINE)


# --- ports and paths, the same everywhere ---


def test_the_app_is_asked_where_it_listens() -> None:
    assert f"STREAMLIT_SERVER_PORT={APP_PORT}" in image("ENV")[0]
    assert image("EXPOSE") == [str(APP_PORT)]
    for file in ("nginx/cnnviz_processes.conf", "kubernetes/cnnviz_processes.conf"):
        servers = re.findall(r"^server (\S+):(\d+) ", (DEPLOY / file).read_text(encoding="utf-8"), re.MULTILINE)
        assert servers
        assert {int(port) for _, port in servers} == {APP_PORT}


def test_nginx_is_asked_where_it_listens() -> None:
    assert re.findall(r"^    listen (\S+);", SITE, re.MULTILINE) == [str(PUBLIC_PORT)]
    assert [port.rpartition(":")[2] for port in COMPOSE["services"]["nginx"]["ports"]] == [str(PUBLIC_PORT)]
    assert POD["initContainers"][0]["ports"][0]["containerPort"] == PUBLIC_PORT
    assert KUBERNETES["Service"]["spec"]["ports"][0]["targetPort"] == PUBLIC_PORT
    assert KUBERNETES["NetworkPolicy"]["spec"]["ingress"] == [{"ports": [{"protocol": "TCP", "port": PUBLIC_PORT}]}]


def test_health_is_asked_where_streamlit_answers() -> None:
    (check,) = image("HEALTHCHECK")
    assert f"http://127.0.0.1:{APP_PORT}{HEALTH}" in check
    app = POD["containers"][0]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert app[probe]["httpGet"] == {"path": HEALTH, "port": PUBLIC_PORT}
    assert f"location = {HEALTH} {{ proxy_pass" in SITE


def test_every_process_of_compose_is_known_to_nginx() -> None:
    services = COMPOSE["services"]
    processes = (DEPLOY / "nginx" / "cnnviz_processes.conf").read_text(encoding="utf-8")
    apps = {name for name in services if name != "nginx"}
    assert set(re.findall(r"^server (\S+):", processes, re.MULTILINE)) == apps
    assert services["nginx"]["depends_on"] == {name: {"condition": "service_healthy"} for name in apps}


def test_everywhere_a_process_is_given_the_time_to_end() -> None:
    given = {
        "compose": COMPOSE["services"]["app-1"]["stop_grace_period"],
        "systemd": unit()["TimeoutStopSec"],
        "kubernetes": POD["terminationGracePeriodSeconds"],
    }
    for where, seconds in given.items():
        assert int(str(seconds).removesuffix("s")) > ENDS_WITHIN + 5, where  # Kubernetes waits five before it asks
    assert image("STOPSIGNAL") == ["SIGTERM"]
    assert unit()["KillSignal"] == "SIGTERM"


# --- nobody is root, and little can be written ---


def test_the_image_does_not_run_as_root_and_holds_what_the_app_needs() -> None:
    assert image("USER") == [f"{USER}:{USER}"]
    names = [name for name, _ in instructions()]
    assert names.index("USER") > max(number for number, name in enumerate(names) if name in ("RUN", "COPY"))
    copied = {value.split()[-2] for value in image("COPY") if not value.startswith("--from")}
    assert copied == {"app.py", ".streamlit/config.toml", "assets", "pages", "cnnviz"}
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert copied | {"requirements.txt", "constraints.txt"} == {line[1:] for line in ignored if line.startswith("!")}
    assert all((ROOT / path).exists() for path in copied)
    for _, script in (line for line in instructions() if line[0] == "RUN"):
        assert subprocess.run(["sh", "-n", "-c", script]).returncode == 0
    assert {value.split()[0] for name, value in instructions() if name == "FROM"} == {"python:3.11-slim"}


def test_no_container_of_compose_can_write_to_itself() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "mem_limit" in service, name
        assert "privileged" not in service, name
    assert COMPOSE["services"]["nginx"]["user"] == "101:101"
    assert "ports" not in COMPOSE["services"]["app-1"]  # only nginx is reached from outside


def test_no_container_of_a_pod_can_write_to_itself() -> None:
    assert POD["securityContext"]["runAsNonRoot"] is True
    assert POD["automountServiceAccountToken"] is False
    volumes = {volume["name"] for volume in POD["volumes"]}
    for container in [*POD["initContainers"], *POD["containers"]]:
        context = container["securityContext"]
        assert context["runAsUser"] > 0
        assert context["readOnlyRootFilesystem"] is True
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert set(container["resources"]) == {"requests", "limits"}
        assert {mount["name"] for mount in container["volumeMounts"]} <= volumes
    app = POD["containers"][0]
    assert app["securityContext"]["runAsUser"] == USER
    assert {"/tmp", image("VOLUME")[0]} == {mount["mountPath"] for mount in app["volumeMounts"]}


def test_kubernetes_parts_mean_the_same_pods() -> None:
    assert KUBERNETES["Deployment"]["spec"]["template"]["metadata"]["labels"] == {"app": "cnnviz"}
    for kind in ("Deployment", "PodDisruptionBudget"):
        assert KUBERNETES[kind]["spec"]["selector"]["matchLabels"] == {"app": "cnnviz"}
    assert KUBERNETES["Service"]["spec"]["selector"] == {"app": "cnnviz"}
    assert KUBERNETES["Service"]["spec"]["sessionAffinity"] == "ClientIP"
    assert KUBERNETES["Ingress"]["metadata"]["annotations"]["nginx.ingress.kubernetes.io/affinity"] == "cookie"
    assert KUBERNETES["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == "cnnviz"
    assert "replicas" not in KUBERNETES["Deployment"]["spec"]  # or every apply would undo the autoscaler
    kustomization = yaml.safe_load((DEPLOY / "kustomization.yaml").read_text(encoding="utf-8"))
    (config_map,) = kustomization["configMapGenerator"]
    assert all((DEPLOY / file).is_file() for file in [*kustomization["resources"], *config_map["files"]])
    given = {Path(file).name for file in config_map["files"]}
    assert given == {"nginx.conf", "cnnviz.conf", "cnnviz_processes.conf", "cnnviz_trusted.conf"}


def test_the_unit_is_locked_in() -> None:
    service = unit()
    for option in (
        "DynamicUser",
        "NoNewPrivileges",
        "PrivateTmp",
        "PrivateDevices",
        "ProtectHome",
        "RestrictNamespaces",
    ):
        assert service[option] == "yes", option
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert service["MemoryMax"] == "3G"
    assert service["CacheDirectory"] == "cnnviz"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    text = (DEPLOY / "systemd" / "cnnviz@.service").read_text(encoding="utf-8")
    file = tmp_path / f"cnnviz@{APP_PORT}.service"
    file.write_text(text.replace("/opt/cnnviz/.venv/bin/streamlit", "/bin/true"), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True, timeout=60)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "cnnviz" in line]) == (0, [])


def test_every_setting_of_the_app_is_in_the_table() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "cnnviz").rglob("*.py")]
    settings = set(re.findall(r"\bCNNVIZ_[A-Z_]+", "".join(sources)))
    table = re.findall(r"^\| `(CNNVIZ_[A-Z_]+)` \|", (DEPLOY / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert settings == set(table)


# --- secrets ---


def test_no_secret_is_in_the_repository_and_none_is_made_up() -> None:
    for service in ("app-1", "app-2"):
        secret = COMPOSE["services"][service]["environment"]["STREAMLIT_SERVER_COOKIE_SECRET"]
        assert secret.startswith("${STREAMLIT_SERVER_COOKIE_SECRET:?")  # compose refuses to start without one
    (secret,) = (item for item in POD["containers"][0]["env"] if item["name"] == "STREAMLIT_SERVER_COOKIE_SECRET")
    assert "secretKeyRef" in secret["valueFrom"]
    assert unit()["EnvironmentFile"] == "/etc/cnnviz/environment"
    assert ".env" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
