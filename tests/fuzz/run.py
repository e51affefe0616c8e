"""Tries the published description against a running demo (POLICYTAB_DEMO_JSON), on the loopback interface only.

Prepares one of everything, so that random requests reach beyond "not found", then hands over to schemathesis with all of its
checks. `run.py [examples for each operation] [seed]`; the seed is printed, and the same seed tries the same requests.
"""

import json
import os
import pathlib
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent


class Api:
    """The API, for what has to be there before anything is tried."""

    def __init__(self, url):
        self.url, self.token = url, None

    def call(self, method, path, body=None):
        request = urllib.request.Request(self.url + "/api/v1" + path, method=method)
        request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(request, data, timeout=60) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def customer(self, name, tenant=None, imported=False):
        made = self.call("POST", "/customers", {"display_name": name, "cloud": "emulator"})["id"]
        if tenant:
            credentials = {"client_id": tenant["client_id"], "client_secret": tenant["client_secret"], "tenant_hint": tenant["domain"]}
            self.call("PUT", f"/customers/{made}/connect", credentials)
        if imported:
            self.imported(made)
        return made

    def imported(self, customer):
        started = self.call("POST", f"/customers/{customer}/import", {})["id"]
        for _ in range(600):
            state = self.call("GET", f"/customers/{customer}/imports/{started}")["state"]
            if state in ("succeeded", "failed"):
                break
            time.sleep(0.1)
        assert state == "succeeded", f"the import ended as {state}"


def prepare(demo):
    """The token to use, and lists of ids that exist."""
    api = Api(demo["url"])
    api.token = api.call("POST", "/auth/login", {"email": demo["email"], "password": demo["password"]})["access_token"]
    token = api.call("POST", "/api-tokens", {"name": "Fuzzing", "role": "owner"})
    tenants = demo["tenants"]
    first = api.customer("Imported", tenants[0], imported=True)
    second = api.customer("Imported twice", tenants[1], imported=True)
    api.imported(second)
    kept = [first, second, api.customer("Connected", tenants[2]), api.customer("Pending")]
    policy = {
        "displayName": "Require MFA",
        "state": "enabled",
        "conditions": {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}},
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
    }
    baseline = lambda name: api.call("POST", "/baselines", {"name": name, "policies": [policy]})["id"]
    user = lambda n: api.call(
        "POST", "/users", {"email": f"{n}@fuzz.example", "display_name": n, "role": "viewer", "password": secrets.token_hex(16)}
    )["id"]
    library = [baseline("One"), baseline("Two")]
    api.call("PUT", f"/customers/{first}/comparison-baseline", {"kind": "workspace_baseline", "baseline_id": library[0]})
    items = lambda path: api.call("GET", path)["items"]
    ids = {
        "customers": kept,
        "spare_customers": [api.customer(f"Spare {n}") for n in range(20)],
        "imports": [i["id"] for c in (first, second) for i in items(f"/customers/{c}/imports")],
        "snapshots": [s["id"] for c in (second, first) for s in items(f"/customers/{c}/snapshots")],
        "findings": [f["id"] for f in api.call("GET", f"/customers/{first}/report")["findings"]][:20],
        "baselines": library,
        "spare_baselines": [baseline(f"Spare {n}") for n in range(20)],
        "users": [user("kept")],
        "spare_users": [user(f"spare{n}") for n in range(20)],
        "spare_tokens": [api.call("POST", "/api-tokens", {"name": f"Spare {n}", "role": "viewer"})["id"] for n in range(20)],
        "policy_keys": ["name:Require MFA"],
        "codes": ["not_found", "internal"],
        "clients": [t["client_id"] for t in tenants[3:]],
        "secrets": [t["client_secret"] for t in tenants[3:]],
        "hints": [t["domain"] for t in tenants[3:]],
        "repositories": ["https://github.com/northlight-it/conditional-access-baseline"],
    }
    return token, ids


def main():
    examples = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else uuid.uuid4().int % 2**32
    demo = json.loads(pathlib.Path(os.environ["POLICYTAB_DEMO_JSON"]).read_text())
    token, ids = prepare(demo)
    with tempfile.TemporaryDirectory() as work:
        config = pathlib.Path(work, "schemathesis.toml")
        lists = "".join(f"[dictionaries.{name}]\nvalues = {json.dumps(values)}\n" for name, values in ids.items())
        config.write_text((HERE / "schemathesis.toml").read_text() + lists)
        print(f"Fuzzing the API: {examples} examples for each operation and phase, seed {seed}", flush=True)
        command = [
            str(ROOT / ".venv/bin/schemathesis"),
            "--config-file",
            str(config),
            "run",
            str(ROOT / "openapi/openapi.json"),
            "--max-examples",
            str(examples),
            "--seed",
            str(seed),
            *os.environ.get("POLICYTAB_FUZZ_ARGS", "").split(),
        ]
        environment = os.environ | {
            "POLICYTAB_FUZZ_URL": demo["url"],
            "POLICYTAB_FUZZ_TOKEN": token["token"],
            "POLICYTAB_FUZZ_TOKEN_ID": token["id"],
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(HERE),
        }
        sys.exit(subprocess.run(command, env=environment, cwd=work).returncode)


main()
