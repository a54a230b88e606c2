"""check.py BINARIES DIR: runs the plugin against the sandbox and makes each alert of config/monitoring fire by a fault.

A Prometheus scrapes the plugin every second and evaluates the alerts with shorter times. DIR is for the files of the run.
"""
import datetime
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import prometheus_client.parser

BINARIES, RUN = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
CERTS = RUN / "certs"
# The longest time that something may take until it is seen.
LIMIT = 90
processes = []


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(*command):
    log = open(RUN / f"{pathlib.Path(command[0]).name}.log", "ab")
    process = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log)
    processes.append(process)
    return process


def call(url, body=None, method=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with urllib.request.urlopen(request, timeout=30, context=context) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def wait(what, condition):
    """Waits until the condition holds, and returns its value."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        try:
            if value := condition():
                return value
        except (OSError, ValueError, KeyError):
            pass
        time.sleep(0.2)
    raise SystemExit(f"✗ {what}: not within {LIMIT} s")


def openssl(*arguments):
    subprocess.run(["openssl", *[str(part) for part in arguments]], cwd=CERTS, check=True, capture_output=True)


def make_certificates():
    """Makes the sandbox's certificates: one for Teleport that has a day of 21 left, and one for the listener of three days."""
    generate = PROJECT / "certs/generate.sh"
    subprocess.run([generate, CERTS], check=True)
    for name in ("server.key", "server.crt"):
        (CERTS / name).unlink()
    subprocess.run([generate, CERTS], check=True, env={**os.environ, "DAYS": "3"})
    (CERTS / "ca.cnf").write_text(
        "[ca]\ndefault_ca = own\n[own]\ndatabase = index\nnew_certs_dir = .\nrand_serial = yes\ndefault_md = sha256\npolicy = any\n"
        "preserve = yes\n[any]\norganizationName = supplied\ncommonName = supplied\n")
    (CERTS / "index").write_text("")
    now = datetime.datetime.now(datetime.timezone.utc)
    begin, end = ((now + datetime.timedelta(days=days)).strftime("%Y%m%d%H%M%SZ") for days in (-20, 1))
    openssl("req", "-new", "-key", "auth.key", "-subj", "/O=access-plugin/CN=access-plugin-mattermost", "-out", "auth.csr")
    openssl("ca", "-batch", "-notext", "-config", "ca.cnf", "-cert", "teleport-ca.crt", "-keyfile", "teleport-ca.key",
            "-in", "auth.csr", "-startdate", begin, "-enddate", end, "-extfile", PROJECT / "certs/openssl.cnf",
            "-extensions", "client", "-out", "auth.crt")


class Servers:
    """The sandbox, the plugin and Prometheus."""

    def __init__(self):
        self.callback, self.private, self.prometheus = free_port(), free_port(), free_port()
        self.settings, ports = RUN / "plugin.toml", RUN / "ports.json"
        start(BINARIES / "teleport-mattermost-sandbox", "--certs", CERTS, "--auth-port", 0, "--mattermost-port", 0,
              "--plugin-port", self.callback, "--diagnostics-port", self.private, "--control-socket", RUN / "control.sock",
              "--write-config", self.settings, "--ports-file", ports)
        self.sandbox = wait("the sandbox starts", lambda: json.loads(ports.read_text())["url"]) + "/sandbox"
        wait("the configuration is written", self.settings.exists)
        text = self.settings.read_text().replace('output = "stderr"', f'output = "{RUN}/plugin.log"')
        self.settings.write_text(text)
        self.plugin = start(BINARIES / "teleport-mattermost", "start", "--config", self.settings)
        wait("the plugin is ready", lambda: call(f"http://127.0.0.1:{self.private}/readyz")[0] == 200)
        self.start_prometheus()

    def start_prometheus(self):
        rules = (PROJECT / "config/monitoring/alerts.yaml").read_text()
        # The same expressions, with shorter times.
        rules = re.sub(r"for: \w+", "for: 1s", rules).replace("_age_seconds) > 300", "_age_seconds) > 5")
        (RUN / "alerts.yaml").write_text(rules)
        (RUN / "prometheus.yml").write_text(
            "global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [alerts.yaml]\nscrape_configs:\n"
            f"  - job_name: teleport-mattermost\n    static_configs: [{{targets: ['127.0.0.1:{self.private}']}}]\n")
        start("/usr/bin/prometheus", f"--config.file={RUN}/prometheus.yml", f"--storage.tsdb.path={RUN}/data",
              f"--web.listen-address=127.0.0.1:{self.prometheus}", "--log.level=warn")
        # Counters have to be scraped with their first value before anything increases them.
        wait("Prometheus scrapes", lambda: self.query('count_over_time(teleport_mattermost_ready[1m]) > 3'))

    def query(self, expression):
        address = f"http://127.0.0.1:{self.prometheus}/api/v1/query?query={urllib.parse.quote(expression)}"
        return json.loads(call(address)[1])["data"]["result"]

    @property
    def firing(self):
        alerts = json.loads(call(f"http://127.0.0.1:{self.prometheus}/api/v1/alerts")[1])["data"]["alerts"]
        return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}

    def command(self, *arguments):
        command = [BINARIES / "teleport-mattermost", *arguments, "--config", self.settings]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    # The actions of people and faults.

    def request(self):
        return json.loads(call(f"{self.sandbox}/requests", {"user": "dave", "roles": ["editor"]})[1])["id"]

    def post(self, request):
        return wait("the request is posted", lambda: json.loads(call(f"{self.sandbox}/posts/of/{request}")[1]).get("id"))

    def click(self, request, action="approve"):
        return call(f"{self.sandbox}/posts/{self.post(request)}/actions/{action}", {"as": "bob"})

    def fault(self, **order):
        assert call(f"{self.sandbox}/faults", order)[0] == 200, order

    def mend(self):
        call(f"{self.sandbox}/faults", method="DELETE")

    def latency(self, milliseconds):
        call(f"{self.sandbox}/mattermost/latency", {"milliseconds": milliseconds, "path": "/api/v4/users"})

    def forge(self):
        for _ in range(15):
            call(f"https://127.0.0.1:{self.callback}/mattermost_action", {"context": {"action": "approve"}})


def check_format(servers):
    """The text is what promtool and Prometheus' own parser take, and has every metric of the documents."""
    text = call(f"http://127.0.0.1:{servers.private}/metrics")[1]
    lint = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    assert lint.returncode == 0 and not lint.stdout + lint.stderr, lint.stdout + lint.stderr
    families = {family.name: family for family in prometheus_client.parser.text_string_to_metric_families(text)}
    documented = re.findall(r"^\| `((?:teleport_mattermost|process)_\w+)` \| (\w+) \|", (PROJECT / "docs/monitoring.md").read_text(), re.M)
    assert len(documented) > 25
    for name, kind in documented:
        family = families.get(name.removesuffix("_total") if kind == "counter" else name)
        # A reason of a refused click is there from its first time on.
        assert family or name.endswith("click_refusals_total"), name
        assert not family or family.type == kind, name
    values = {sample.name: sample.value for family in families.values() for sample in family.samples if len(sample.labels) == 0}
    assert values["teleport_mattermost_ready"] == 1 and values["teleport_mattermost_event_to_post_seconds_count"] >= 1
    print("✓ promtool and prometheus-client take the metrics")


def check_commands(servers, request):
    status = servers.command("status")
    assert status.returncode == 0 and "\nReady since " in status.stdout and f"posted the request {request}" in status.stdout, status
    listed = json.loads(servers.command("requests", "ls", "--json").stdout)["requests"]
    assert [(row["id"], row["posts"][0]["recipient"]) for row in listed] == [(request, "acme/access-requests")], listed
    assert json.loads(servers.command("status", "--json").stdout)["status"] == "ready"
    assert call(f"https://127.0.0.1:{servers.callback}/metrics")[0] == 404
    print("✓ status and requests ls")


def check_alerts(servers):
    def fires(*names):
        for name in names:
            wait(f"{name} fires", lambda: name in servers.firing)
            print(f"✓ {name}")

    def ends(*names):
        for name in names:
            wait(f"{name} ends", lambda: name not in servers.firing)

    # These are about the certificates, so they fire from the beginning, and no others do.
    fires("TeleportMattermostIdentityExpires", "TeleportMattermostCertificateExpires", "TeleportMattermostNeedsAttention")
    assert len(servers.firing) == 3, servers.firing

    call(f"{servers.sandbox}/servers/teleport/stop", {})
    fires("TeleportMattermostNotConnected", "TeleportMattermostNotReady")
    call(f"{servers.sandbox}/servers/teleport/start", {})
    ends("TeleportMattermostNotConnected", "TeleportMattermostNotReady")

    servers.fault(server="mattermost", fault="error", times=10_000)
    servers.request()
    fires("TeleportMattermostServerFailing", "TeleportMattermostRequestsWait")
    servers.mend()
    ends("TeleportMattermostServerFailing", "TeleportMattermostRequestsWait")

    call(f"{servers.sandbox}/mattermost/channels/access-requests/archive", {})
    servers.request()
    fires("TeleportMattermostRequestsRefused")
    call(f"{servers.sandbox}/mattermost/channels/access-requests/unarchive", {})

    slow = [servers.request() for _ in range(3)]
    for request in slow:
        servers.post(request)
    servers.latency(2200)
    for request in slow:
        servers.click(request)
    fires("TeleportMattermostClicksSlow")
    servers.latency(0)

    request = servers.request()
    servers.post(request)
    servers.fault(server="teleport", fault="stall", method="SetAccessRequestState", times=3)
    servers.click(request)
    fires("TeleportMattermostClicksUnconfirmed")
    servers.mend()

    servers.forge()
    fires("TeleportMattermostForgedCallbacks")

    subprocess.run(["prlimit", "--pid", str(servers.plugin.pid), "--fsize=0:unlimited"], check=True)
    servers.forge()
    fires("TeleportMattermostLogLost")
    subprocess.run(["prlimit", "--pid", str(servers.plugin.pid), "--fsize=unlimited:unlimited"], check=True)
    servers.plugin.send_signal(signal.SIGHUP)
    ends("TeleportMattermostLogLost")

    servers.plugin.kill()
    fires("TeleportMattermostDown")
    gone = servers.command("status")
    assert gone.returncode == 1 and "the plugin does not run" in gone.stderr, gone


def main():
    make_certificates()
    servers = Servers()
    request = servers.request()
    servers.post(request)
    check_format(servers)
    check_commands(servers, request)
    check_alerts(servers)
    alerts = re.findall(r"- alert: (\w+)", (PROJECT / "config/monitoring/alerts.yaml").read_text())
    print(f"All {len(alerts)} alerts fired by a fault.")


try:
    main()
finally:
    for process in processes:
        process.kill()
