"""Renders the chart for each file in cases/ and refused/ and checks the objects. run.sh calls it.

usage: check.py RENDER CHART [CASE...]
"""

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import traceback
from pathlib import Path

import jsonschema
import kubernetes_validate
import yaml

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
RENDER, CHART = sys.argv[1], Path(sys.argv[2])
FILES = "/var/lib/teleport/plugins/mattermost"
# The oldest schemas that the validator has, and the newest.
KUBERNETES = ["1.25", "1.37"]
# Kinds of operators, which Kubernetes itself does not know.
FOREIGN = {"ServiceMonitor", "TeleportBotV1", "TeleportProvisionToken"}


def render(values, *options):
    return subprocess.run([RENDER, *options, str(CHART), str(values)], capture_output=True, text=True)


def schema_errors(values):
    """Helm checks the merged values against the schema before it renders."""
    schema = json.loads((CHART / "values.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    merged = json.loads(render(values, "-values").stdout)
    return [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(merged)]


class Objects:
    """What a file of values makes."""

    def __init__(self, path):
        self.name = path.stem
        result = render(path)
        assert result.returncode == 0, result.stderr
        self.all = [document for document in yaml.safe_load_all(result.stdout) if document]
        self.by_name = {(item["kind"], item["metadata"]["name"]): item for item in self.all}
        assert len(self.by_name) == len(self.all), "two objects of one name"

    @property
    def names(self):
        return sorted(f"{kind}/{name}" for kind, name in self.by_name)

    def the(self, kind, name=None):
        found = [item for item in self.all if item["kind"] == kind and name in (None, item["metadata"]["name"])]
        assert len(found) == 1, f"{len(found)} of {kind} {name}"
        return found[0]

    @property
    def deployment(self):
        return next(item for item in self.all if item["kind"] == "Deployment" and "tbot" not in item["metadata"]["name"])

    @property
    def pod(self):
        return self.deployment["spec"]["template"]["spec"]

    @property
    def container(self):
        return self.pod["containers"][0]

    @property
    def config(self):
        maps = [item["data"] for item in self.all if item["kind"] == "ConfigMap"]
        return next(data["teleport-mattermost.toml"] for data in maps if "teleport-mattermost.toml" in data)

    @property
    def toml(self):
        return tomllib.loads(self.config)

    def mounts(self):
        """The volume of each mount path, and the key where a mount is a single file."""
        volumes = {volume["name"]: volume for volume in self.pod["volumes"]}
        return {mount["mountPath"]: (volumes[mount["name"]], mount.get("subPath")) for mount in self.container["volumeMounts"]}


def same(actual, expected):
    assert actual == expected, f"\n  is       {actual}\n  expected {expected}"


def check_any(objects):
    """Holds for whatever the values are."""
    for item in objects.all:
        if item["kind"] not in FOREIGN:
            for version in KUBERNETES:
                kubernetes_validate.validate(item, version, strict=True)
        assert re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?", item["metadata"]["name"].lower())
        if item["kind"] in ("Deployment",):
            labels = item["spec"]["template"]["metadata"]["labels"]
            assert item["spec"]["selector"]["matchLabels"].items() <= labels.items()
    port = {port["name"]: port["containerPort"] for port in objects.container["ports"]}
    for item in objects.all:
        selector = {
            "Service": lambda spec: spec["selector"],
            "PodDisruptionBudget": lambda spec: spec["selector"]["matchLabels"],
            "NetworkPolicy": lambda spec: spec["podSelector"]["matchLabels"],
            "ServiceMonitor": lambda spec: spec["selector"]["matchLabels"],
        }.get(item["kind"])
        if selector:
            # The labels that never change, so that pods of two versions are one service during an update.
            same(selector(item["spec"]), objects.deployment["spec"]["selector"]["matchLabels"])
        for binding in item.get("subjects", []):
            objects.the("ServiceAccount", binding["name"])
    toml, mounts = objects.toml, objects.mounts()
    same(toml["http"]["listen_addr"].rpartition(":")[2], str(port["callback"]))
    check_files(toml, mounts, objects)
    check_probes(objects)
    check_hardening(objects)
    # What is secret is in Secrets alone.
    for item in objects.all:
        for secret in item["data"].values() if item["kind"] == "Secret" else []:
            text = base64.b64decode(secret).decode()
            others = [other for other in objects.all if other["kind"] != "Secret"]
            assert text and text not in json.dumps(others)


def check_files(toml, mounts, objects):
    """Each file that the configuration names comes from the mount that it should, and each folder for writing is a volume."""
    same(mounts["/etc/teleport-mattermost.toml"][1], "teleport-mattermost.toml")
    same(mounts["/etc/teleport-mattermost.toml"][0]["configMap"]["name"], objects.deployment["metadata"]["name"])
    folder, _, key = toml["teleport"]["identity"].rpartition("/")
    volume, sub_path = mounts[folder]
    assert volume["secret"]["secretName"] and key and sub_path is None, "a renewed identity would not arrive"
    folder, _, key = toml["mattermost"]["token"].rpartition("/")
    volume, sub_path = mounts[folder]
    assert volume["secret"]["secretName"] and sub_path is None, "a renewed token would not arrive"
    same(volume["secret"]["items"], [{"key": key, "path": key}])
    made = [item for item in objects.all if item["kind"] == "Secret"]
    for secret in made:
        same(volume["secret"]["secretName"], secret["metadata"]["name"])
        same(list(secret["data"]), [key])
    # Kubernetes never renews a single file in a running pod. The configuration is one, and its checksum replaces the pod.
    same([path for path, (_, sub_path) in mounts.items() if sub_path], ["/etc/teleport-mattermost.toml"])
    same([name for name in objects.deployment["spec"]["template"]["metadata"]["annotations"] if name.startswith("checksum/")],
         ["checksum/config"])
    others = [toml["mattermost"].get("secret"), *toml["mattermost"].get("previous_secrets", [])]
    others += [toml["http"].get("https_key_file"), toml["http"].get("https_cert_file")]
    for path in filter(None, others):
        volume, sub_path = mounts[path.rpartition("/")[0]]
        assert "secret" in volume and sub_path is None
    for table in ("log", "audit"):
        path = toml.get(table, {}).get("output", "")
        if path.startswith("/"):
            assert "emptyDir" in mounts[path.rpartition("/")[0]][0]
    for volume in objects.pod["volumes"]:
        for source in ("secret", "configMap"):
            if source in volume and "defaultMode" in volume[source]:
                same(volume[source]["defaultMode"], 0o440)


def check_probes(objects):
    liveness, readiness = objects.container.get("livenessProbe"), objects.container.get("readinessProbe")
    if objects.name == "one-replica":
        return same((liveness, readiness), (None, None))
    plain = "--insecure-no-tls" in objects.container["command"]
    for probe, path in ((liveness, "/healthz"), (readiness, "/healthz" if objects.name == "plain-http" else "/readyz")):
        same(probe["httpGet"], {"path": path, "port": "callback", "scheme": "HTTP" if plain else "HTTPS"})


def check_hardening(objects):
    pod, container = objects.pod.get("securityContext"), objects.container.get("securityContext")
    same(objects.pod["automountServiceAccountToken"], False)
    if objects.name != "one-replica":
        assert pod["runAsNonRoot"] and pod["runAsUser"] > 0 and pod["fsGroup"] > 0
        same(pod["seccompProfile"], {"type": "RuntimeDefault"})
    else:
        same(pod, None)
    if objects.name != "names-and-annotations":
        expected = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
        same(container, expected)
    else:
        same(container, None)


def check_plugin(objects):
    """The plugin itself takes the configuration. Skipped where it has not been built."""
    plugin = Path(os.environ.get("PLUGIN", ROOT / ".build/release/teleport-mattermost"))
    if not plugin.exists():
        return False
    with tempfile.TemporaryDirectory() as folder:
        config = objects.config.replace(FILES, folder)
        # Nobody listens there, so that nothing leaves this machine.
        config = re.sub(r'(?m)^addr = .*$', 'addr = "127.0.0.1:1"', config)
        config = re.sub(r'(?m)^url = .*$', 'url = "http://127.0.0.1:1"', config)
        mattermost = tomllib.loads(config)["mattermost"]
        for path in [mattermost["token"], mattermost.get("secret"), *mattermost.get("previous_secrets", [])]:
            if path:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                Path(path).write_text("0123456789abcdef0123456789")
        path = Path(folder, "teleport-mattermost.toml")
        path.write_text(config)
        command = [plugin, "check", "--json", "--config", path]
        report = subprocess.run(command, capture_output=True, text=True, timeout=60)
        steps = [step for step in json.loads(report.stdout)["steps"] if step["name"] == "configuration"]
        # Warnings are about what works, such as posts without buttons.
        assert steps and all(step["status"] in ("ok", "warning") for step in steps), steps
    return True


# What the files of cases/ make. Names are those of `helm template release-name`.

PLUGIN = "release-name-teleport-plugin-mattermost"
ORIGINAL = [f"ConfigMap/{PLUGIN}", f"Deployment/{PLUGIN}", f"Secret/{PLUGIN}-secret"]


def guide_17(objects):
    # The objects of the original's chart and no other, with the original's names, keys, paths and configuration.
    same(objects.names, ORIGINAL)
    same(base64.b64decode(objects.the("Secret")["data"]["mattermostToken"]), b"mattermosttoken")
    deployment, container = objects.deployment, objects.container
    labels = {"app.kubernetes.io/name": "teleport-plugin-mattermost", "app.kubernetes.io/instance": "release-name"}
    same(deployment["spec"]["selector"]["matchLabels"], labels)
    same(deployment["spec"]["replicas"], 1)
    same(container["name"], "teleport-plugin-mattermost")
    same(container["command"], ["/usr/local/bin/teleport-plugin", "start", "--config", "/etc/teleport-mattermost.toml"])
    same(container["env"], [{"name": "TELEPORT_PLUGIN_FAIL_FAST", "value": "true"}])
    mounts = {path: (volume["name"], sub_path) for path, (volume, sub_path) in objects.mounts().items()}
    same(mounts, {
        "/etc/teleport-mattermost.toml": ("config", "teleport-mattermost.toml"),
        "/var/lib/teleport-mattermost": ("state", None),
        f"{FILES}/teleport-identity": ("teleport-identity", None),
        f"{FILES}/mattermost_token": ("password-file", None),
    })
    sources = {volume["name"]: volume.get("secret", {}).get("secretName") for volume in objects.pod["volumes"]}
    same(sources["teleport-identity"], "teleport-plugin-mattermost-identity")
    same(sources["password-file"], f"{PLUGIN}-secret")
    same(objects.toml, {
        "teleport": {
            "addr": "teleport.example.com:443", "identity": f"{FILES}/teleport-identity/identity", "refresh_identity": True,
        },
        "mattermost": {
            "url": "https://mattermost.example.com/", "token": f"{FILES}/mattermost_token/mattermostToken",
            "recipients": ["access-requests@example.com", "team/example-channel"],
        },
        "http": {"listen_addr": ":8081"}, "diagnostics": {"listen_addr": ":8082"},
        "log": {"output": "stderr", "severity": "INFO"},
    })


def token_secret(objects):
    same(objects.names, ORIGINAL[:2])
    volume, _ = objects.mounts()[f"{FILES}/mattermost_token"]
    same((volume["name"], volume["secret"]["items"][0]["key"]), ("my-secret-volume", "my-token-in-secret"))
    same(objects.toml["mattermost"]["token"], f"{FILES}/mattermost_token/my-token-in-secret")
    same(volume["secret"]["secretName"], "my-mattermost-secret")
    same(objects.toml["teleport"]["addr"], "auth.example.com:3025")
    same(objects.toml["teleport"]["identity"], f"{FILES}/teleport-identity/auth_id")
    same(objects.toml["log"], {"output": "stdout", "severity": "INFO"})


def tbot_proxy(objects):
    tbot = [f"{kind}/release-name-tbot" for kind in ("ConfigMap", "Deployment", "Role", "RoleBinding", "ServiceAccount")]
    same(objects.names, sorted(ORIGINAL + tbot))
    same(yaml.safe_load(objects.the("ConfigMap", "release-name-tbot")["data"]["tbot.yaml"]), {
        "version": "v2", "proxy_server": "test.teleport.sh:443",
        "onboarding": {"join_method": "kubernetes", "token": "my-token"},
        "storage": {"type": "kubernetes_secret", "name": "release-name-tbot"},
        "outputs": [{"type": "identity", "destination": {"type": "kubernetes_secret", "name": "release-name-tbot-out"}}],
    })
    # The plugin takes the address and the identity of tbot.
    same(objects.toml["teleport"]["addr"], "test.teleport.sh:443")
    same(objects.toml["teleport"]["identity"], f"{FILES}/teleport-identity/identity")
    same(objects.mounts()[f"{FILES}/teleport-identity"][0]["secret"]["secretName"], "release-name-tbot-out")
    pod = objects.the("Deployment", "release-name-tbot")["spec"]["template"]["spec"]
    same(pod["serviceAccountName"], "release-name-tbot")
    same(pod["volumes"][1]["projected"]["sources"][0]["serviceAccountToken"]["audience"], "test.teleport.sh")
    assert pod["containers"][0]["securityContext"]["runAsNonRoot"]


def tbot_operator(objects):
    account = {f"ServiceAccount/bot", f"TeleportBotV1/{PLUGIN}", "TeleportProvisionToken/release-name-tbot"}
    assert account <= set(objects.names)
    token = objects.the("TeleportProvisionToken")
    same(token["metadata"]["namespace"], "teleport")
    same(token["spec"], {
        "roles": ["Bot"], "bot_name": PLUGIN, "join_method": "kubernetes",
        "kubernetes": {
            "type": "static_jwks", "static_jwks": {"jwks": '{"keys":[]}'}, "allow": [{"service_account": "default:bot"}],
        },
    })
    same(objects.the("TeleportBotV1")["spec"]["roles"], ["access-plugin", "request-decider"])
    config = yaml.safe_load(objects.the("ConfigMap", "release-name-tbot")["data"]["tbot.yaml"])
    same(config["onboarding"]["token"], token["metadata"]["name"])
    same(config["storage"], {"type": "memory"})
    same([output["destination"]["name"] for output in config["outputs"]], ["plugin-identity", "another-identity"])
    same(objects.mounts()[f"{FILES}/teleport-identity"][0]["secret"]["secretName"], "plugin-identity")
    same(objects.toml["teleport"]["addr"], "teleport-auth.teleport-namespace.svc.cluster.local:3025")
    deployment = objects.the("Deployment", "release-name-tbot")
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    same(container["image"], "public.ecr.aws/gravitational/tbot-distroless:18.2.0")
    assert {"--debug", "--insecure"} <= set(container["args"])
    assert {"HTTPS_PROXY", "TELEPORT_ANONYMOUS_TELEMETRY", "POD_NAMESPACE"} <= {entry["name"] for entry in container["env"]}
    annotations = [
        deployment["metadata"], deployment["spec"]["template"]["metadata"], objects.the("Role")["metadata"],
        objects.the("RoleBinding")["metadata"], objects.the("ServiceAccount")["metadata"],
        objects.the("ConfigMap", "release-name-tbot")["metadata"],
    ]
    expected = ["tbot-deployment", "tbot-pod", "tbot-role", "tbot-binding", "tbot-account", "tbot-config"]
    same([metadata["annotations"]["of"] for metadata in annotations], expected)
    same(deployment["spec"]["template"]["metadata"]["labels"]["team"], "access")


# The alerts of config/monitoring expect this job.
JOB = [{"targetLabel": "job", "replacement": "teleport-mattermost"}]


def names_and_annotations(objects):
    names = ["ConfigMap/access-mattermost", "Deployment/access-mattermost", "Secret/access-mattermost-secret"]
    same(objects.names, names)
    deployment, pod, container = objects.deployment, objects.pod, objects.container
    metadata = [
        objects.the("ConfigMap")["metadata"], deployment["metadata"], deployment["spec"]["template"]["metadata"],
        objects.the("Secret")["metadata"],
    ]
    same([item["annotations"]["of"] for item in metadata], ["config", "deployment", "pod", "secret"])
    same(deployment["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"], "mattermost")
    same((container["image"], container["imagePullPolicy"]), ("registry.example.com/teleport-mattermost:v98.76.54", "Always"))
    same(pod["imagePullSecrets"], [{"name": "registry"}])
    same((pod["securityContext"]["runAsUser"], pod["securityContext"]["fsGroup"]), (1000, 1000))
    same(container["resources"]["limits"], {"cpu": "100m", "memory": "128Mi"})
    same(pod["nodeSelector"], {"kubernetes.io/os": "linux"})
    same((pod["tolerations"][0]["key"], list(pod["affinity"])), ("dedicated", ["podAntiAffinity"]))
    same(objects.toml["log"], {"output": "/var/lib/teleport/mattermost.log", "severity": "DEBUG"})
    same(objects.toml["mattermost"]["recipients"], [])


def buttons(objects):
    more = [f"{kind}/{PLUGIN}" for kind in ("Ingress", "PodDisruptionBudget", "Service")]
    same(objects.names, sorted(ORIGINAL[:2] + more))
    same(objects.deployment["spec"]["replicas"], 2)
    same(objects.the("PodDisruptionBudget")["spec"]["maxUnavailable"], 1)
    same(objects.the("Service")["spec"]["publishNotReadyAddresses"], True)
    assert "lifecycle" not in objects.container
    ingress = objects.the("Ingress")
    same(ingress["metadata"]["annotations"], {"nginx.ingress.kubernetes.io/backend-protocol": "HTTPS"})
    same(ingress["spec"]["ingressClassName"], "nginx")
    same(ingress["spec"]["tls"], [{"hosts": ["access.example.com"], "secretName": "access-example-com"}])
    rule = ingress["spec"]["rules"][0]
    same((rule["host"], rule["http"]["paths"][0]["path"]), ("access.example.com", "/mattermost"))
    backend = rule["http"]["paths"][0]["backend"]["service"]
    same(backend, {"name": objects.the("Service")["metadata"]["name"], "port": {"name": "callback"}})
    same(objects.toml["http"], {
        "public_addr": "https://access.example.com/mattermost", "listen_addr": ":8081", "trusted_proxies": ["10.0.0.0/8"],
        "https_key_file": f"{FILES}/certificate/tls.key", "https_cert_file": f"{FILES}/certificate/tls.crt",
    })
    same(objects.toml["mattermost"]["secret"], f"{FILES}/signing-secret/secret")
    secrets = {volume["name"]: volume["secret"]["secretName"] for volume in objects.pod["volumes"] if "secret" in volume}
    same((secrets["signing-secret"], secrets["certificate"]), ("teleport-mattermost-signing", "teleport-mattermost-tls"))


def every_setting(objects):
    toml = objects.toml
    given = yaml.safe_load((HERE / "cases/every-setting.yaml").read_text())
    for table in ("approvals", "role_to_recipients", "posting", "notify", "reminders", "access_lists", "messages", "audit"):
        same(toml[table], given[table])
    same(toml["http"]["allowed_sources"], given["http"]["allowed_sources"])
    secrets = [f"{FILES}/signing-secret/{key}" for key in ("current", "before", "older")]
    same([toml["mattermost"]["secret"], *toml["mattermost"]["previous_secrets"]], secrets)
    # Log and audit share a folder, which is mounted once.
    same([volume["name"] for volume in objects.pod["volumes"] if "emptyDir" in volume], ["logs-0", "state"])


def plain_http(objects):
    same(objects.container["command"][-1], "--insecure-no-tls")
    same(objects.container["env"][0]["value"], "false")
    same(objects.container["readinessProbe"]["initialDelaySeconds"], 2)
    # A pod that leaves the Service while it stops has to go on serving for a moment.
    same(objects.the("Service", PLUGIN)["spec"]["publishNotReadyAddresses"], False)
    assert objects.container["lifecycle"]["preStop"]
    assert "https_key_file" not in objects.toml["http"]
    endpoint = objects.the("ServiceMonitor")["spec"]["endpoints"][0]
    same(endpoint, {"port": "metrics", "path": "/metrics", "relabelings": JOB})
    same(objects.container["ports"][1], {"name": "metrics", "containerPort": 8082, "protocol": "TCP"})
    rule = objects.the("Ingress")["spec"]["rules"][0]
    same((rule["host"], rule["http"]["paths"][0]["path"]), ("other.example.com", "/hooks"))


def large_cluster(objects):
    same(objects.deployment["spec"]["replicas"], 3)
    same([port["containerPort"] for port in objects.container["ports"]], [9443, 9090])
    metrics = objects.the("Service", f"{PLUGIN}-metrics")["spec"]
    same((metrics["clusterIP"], metrics["ports"][0]["port"], metrics["ports"][0]["targetPort"]), ("None", 9090, "metrics"))
    service = objects.the("Service", PLUGIN)["spec"]
    same((service["type"], service["ports"][0]["port"], service["ports"][0]["targetPort"]), ("LoadBalancer", 9443, "callback"))
    same(objects.the("PodDisruptionBudget")["spec"]["maxUnavailable"], "50%")
    monitor = objects.the("ServiceMonitor")
    same(monitor["metadata"]["labels"]["release"], "prometheus")
    same(monitor["spec"]["endpoints"], [{
        "port": "metrics", "path": "/metrics", "interval": "30s", "relabelings": JOB,
    }])
    policy = objects.the("NetworkPolicy")["spec"]
    same(policy["policyTypes"], ["Ingress", "Egress"])
    same(policy["ingress"][0]["ports"], [{"port": "callback", "protocol": "TCP"}])
    same(policy["ingress"][1]["ports"], [{"port": "metrics", "protocol": "TCP"}])
    same(len(policy["ingress"]), 2)
    same(len(policy["egress"][0]["ports"]), 2)
    same(objects.mounts()["/etc/company-ca"][0]["configMap"]["name"], "company-ca")
    same(objects.container["env"][1]["name"], "SSL_CERT_FILE")
    same(objects.pod["topologySpreadConstraints"][0]["topologyKey"], "kubernetes.io/hostname")


def one_replica(objects):
    # A budget would keep the only replica's node from being drained.
    same(objects.names, sorted(ORIGINAL[:2] + [f"Service/{PLUGIN}"]))
    same(objects.deployment["spec"]["replicas"], 1)


def check_refused(path):
    """Says everything that is wrong, each with the words of a comment in the file."""
    lines = re.findall(r"(?m)^# (refused|schema): (.*)$", path.read_text())
    for said, kind in ((render(path).stderr, "refused"), ("\n".join(schema_errors(path)), "schema")):
        for expected in (text for word, text in lines if word == kind):
            assert expected in said, f"{expected!r} is not in:\n{said}"
    assert lines


def leaves(tree, path=()):
    """The names of values.yaml, down to maps that are empty and values that are no maps."""
    for key, value in tree.items():
        yield from leaves(value, (*path, key)) if isinstance(value, dict) and value else [(*path, key)]


def check_documented():
    """Schema, values.yaml and the README know the same values."""
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    schema = json.loads((CHART / "values.schema.json").read_text())
    for path in leaves(values):
        node = schema
        for key in path:
            if "properties" not in node:
                break
            assert key in node["properties"], f"values.schema.json has no {'.'.join(path)}"
            node = node["properties"][key]
    same(sorted(set(schema["properties"]) - {"global"}), sorted(values))
    readme = (CHART / "README.md").read_text()
    for name in values:
        assert re.search(rf"`{name}\b", readme), f"the chart's README does not name {name}"


def check_settings():
    """The chart has each setting of the plugin in the sections that it takes over, as the plugin's example lists them."""
    # The chart writes these itself, or leaves them out because they would put a password into a ConfigMap.
    absent = {"https_key_file", "https_cert_file", "basic_auth.user", "basic_auth.password"}
    schema = json.loads((CHART / "values.schema.json").read_text())["properties"]
    section, count = None, 0
    for line in (ROOT / "config/teleport-mattermost.toml").read_text().splitlines():
        if header := re.fullmatch(r"(?:# )?\[\[?([a-z_.]+)\]\]?", line):
            section = header[1]
        elif section in ("approvals", "http", "posting", "notify", "reminders", "access_lists", "messages", "audit"):
            if key := re.match(r"(?:# )?([a-z_]+(?:\.[a-z_]+)?) = ", line):
                count += 1
                if key[1] not in absent:
                    assert key[1] in schema[section]["properties"], f"values.schema.json has no {section}.{key[1]}"
    assert count > 25


def check_notes(path):
    notes = render(path, "-notes")
    assert notes.returncode == 0 and "kubectl --namespace default logs" in notes.stdout, notes.stderr


def main():
    wanted = sys.argv[3:]
    cases = sorted((HERE / "cases").glob("*.yaml"))
    assert wanted or len(cases) >= 10
    is_taken = []
    failures = 0

    def step(title, check, *arguments):
        nonlocal failures
        try:
            return check(*arguments)
        except Exception as error:  # noqa: BLE001, every failure is reported and the next step runs
            failures += 1
            where = traceback.extract_tb(error.__traceback__)[-1]
            print(f"✗ {title}: {where.name}:{where.lineno}: {where.line}: {error}")

    for path in cases:
        if wanted and path.stem not in wanted:
            continue
        before = failures
        step(path.stem, lambda: same(schema_errors(path), []))
        step(path.stem, check_notes, path)
        objects = step(path.stem, Objects, path)
        if objects:
            step(path.stem, check_any, objects)
            step(path.stem, globals()[path.stem.replace("-", "_")], objects)
            is_taken.append(step(path.stem, check_plugin, objects))
        if failures == before:
            print(f"✓ {path.stem}: {', '.join(sorted(item['kind'] for item in objects.all))}")
    for path in sorted((HERE / "refused").glob("*.yaml")):
        if wanted and path.stem not in wanted:
            continue
        before = failures
        step(path.stem, check_refused, path)
        if failures == before:
            print(f"✓ {path.stem} is refused")
    step("values", check_documented)
    step("settings", check_settings)
    if not all(is_taken):
        print("– the plugin has not read the configurations: `make build` makes it")
    if failures:
        sys.exit(f"{failures} failures")


if __name__ == "__main__":
    main()
