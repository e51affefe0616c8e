"""Walks a customer's whole onboarding with a client that a stock generator made from openapi/openapi.json.

It proves that the published description is enough to write a client from: every call and every answer below goes
through generated code. Needs a running demo (POLICYTAB_DEMO_JSON).
"""

import json
import os
import time
import uuid

from policytab_client import AuthenticatedClient, Client
from policytab_client.api.audit import audit_list
from policytab_client.api.baselines import baseline_delete, baseline_import_files
from policytab_client.api.connection import connection_fetch, connection_put, connection_test
from policytab_client.api.customers import (
    customer_create,
    customer_delete,
    customer_fetch,
    customer_list,
    customer_update,
)
from policytab_client.api.fleet import fleet_fetch
from policytab_client.api.imports import import_create, import_fetch, import_list
from policytab_client.api.reports import comparison_baseline_put, report_fetch
from policytab_client.api.session import me_fetch, session_login
from policytab_client.api.snapshots import snapshot_fetch, snapshot_list, snapshot_policies
from policytab_client.models import (
    BaselineFile,
    BaselineImportFiles,
    Cloud,
    ComparisonBaselineBodyType0,
    ComparisonBaselineBodyType0Kind,
    ComparisonBaselineBodyType1,
    ComparisonBaselineBodyType1Kind,
    ConnectionPut,
    CustomerCreate,
    CustomerUpdate,
    ImportCreate,
    LoginIn,
    Problem,
)


def expect(response, status, kind=None):
    """The parsed answer, which must have this status and, where given, this type."""
    assert response.status_code == status, f"{int(response.status_code)} instead of {status}: {response.content[:500]}"
    if kind is not None:
        assert isinstance(response.parsed, kind), f"{type(response.parsed).__name__} instead of {kind.__name__}"
    return response.parsed


def problem(response, status, code):
    """The problem answered, which must be this one, parsed as the type that the description promises."""
    body = expect(response, status, Problem)
    assert body.code == code, f"{body.code} instead of {code}"
    assert response.headers["content-type"].startswith("application/problem+json")
    assert body.request_id
    return body


def sign_in(demo):
    anonymous = Client(base_url=demo["url"])
    wrong = LoginIn(email=demo["email"], password="not the password")
    problem(session_login.sync_detailed(client=anonymous, body=wrong), 401, "unauthenticated")
    problem(me_fetch.sync_detailed(client=AuthenticatedClient(demo["url"], token="nonsense")), 401, "unauthenticated")
    right = LoginIn(email=demo["email"], password=demo["password"])
    session = expect(session_login.sync_detailed(client=anonymous, body=right), 200)
    return AuthenticatedClient(base_url=demo["url"], token=session.access_token)


def add(client, name):
    """Adds a customer; the same key a second time gives the same customer."""
    key = str(uuid.uuid4())
    body = CustomerCreate(display_name=name, cloud=Cloud.EMULATOR)
    first = expect(customer_create.sync_detailed(client=client, body=body, idempotency_key=key), 201)
    again = expect(customer_create.sync_detailed(client=client, body=body, idempotency_key=key), 201)
    assert first.id == again.id
    problem(customer_create.sync_detailed(client=client, body=body), 409, "conflict")
    empty = CustomerCreate(display_name=" ", cloud=Cloud.EMULATOR)
    refused = problem(customer_create.sync_detailed(client=client, body=empty), 422, "validation_failed")
    assert "display_name" in refused.errors.additional_properties
    assert (first.status, first.next_step) == ("pending", "connect")
    return first.id


def connect(client, customer, tenant):
    """First with a wrong secret, which changes nothing, then with the right one."""
    too_early = import_create.sync_detailed(customer, client=client, body=ImportCreate())
    problem(too_early, 409, "graph_credentials_unavailable")

    def credentials(secret):
        return ConnectionPut(
            client_id=tenant["client_id"], client_secret=secret, tenant_hint=tenant["domain"]
        )

    wrong = connection_put.sync_detailed(customer, client=client, body=credentials("wrong~" + "x" * 34))
    refused = problem(wrong, 422, "graph_token_failed")
    assert refused.reason == "invalid_secret" and refused.remedy
    assert expect(customer_fetch.sync_detailed(customer, client=client), 200).status == "pending"

    expect(connection_put.sync_detailed(customer, client=client, body=credentials(tenant["client_secret"])), 200)
    connection = expect(connection_fetch.sync_detailed(customer, client=client), 200)
    assert connection.connected and str(connection.tenant.tenant_id) == tenant["tenant_id"]
    assert tenant["client_secret"] not in json.dumps(connection.to_dict())
    expect(connection_test.sync_detailed(customer, client=client), 200)
    now = expect(customer_fetch.sync_detailed(customer, client=client), 200)
    assert (now.status, now.next_step) == ("connected", "import")


def run_import(client, customer):
    """Starts the import and follows it to its end; gives the number of policies it has counted."""
    started = expect(import_create.sync_detailed(customer, client=client, body=ImportCreate()), 202)
    assert started.state in ("queued", "running")
    until = time.monotonic() + 60
    while True:
        found = expect(import_fetch.sync_detailed(customer, started.id, client=client), 200)
        if found.state not in ("queued", "running"):
            break
        assert time.monotonic() < until, f"still {found.state} after a minute"
        time.sleep(0.1)
    assert found.state == "succeeded", found.to_dict()
    assert all(step.state == "succeeded" for step in found.steps), found.to_dict()
    listed = expect(import_list.sync_detailed(customer, client=client), 200)
    assert [item.id for item in listed.items] == [started.id]
    counts = {step.name: step.counts.additional_properties for step in found.steps}
    return counts["policies"]["policies"]


def against_baseline(report):
    """The findings of the comparison, without those of the reference catalog."""
    return [finding for finding in report.findings if finding.source == "comparison_baseline"]


def look_at_results(client, customer, policies):
    now = expect(customer_fetch.sync_detailed(customer, client=client), 200)
    assert now.status == "imported" and now.counts.policies.total == policies
    snapshots = expect(snapshot_list.sync_detailed(customer, client=client), 200).items
    assert len(snapshots) == 1
    expect(snapshot_fetch.sync_detailed(customer, snapshots[0].id, client=client), 200)
    found = expect(snapshot_policies.sync_detailed(customer, snapshots[0].id, client=client), 200)
    assert len(found.items) == policies
    report = expect(report_fetch.sync_detailed(customer, client=client), 200)
    assert against_baseline(report) == [], "compared with itself, nothing is missing"
    assert len(report.checks) > 60, "every check of the reference catalog tells what became of it"
    named = {finding.check for finding in report.findings if finding.source == "reference_check"}
    assert named == {check.id for check in report.checks if check.status != "met"}, "each that is not met is a finding"
    assert expect(fleet_fetch.sync_detailed(client=client), 200).customers.imported >= 1
    actions = {entry.action for entry in expect(audit_list.sync_detailed(client=client), 200).items}
    assert {"customer.create", "connection.create"} <= actions, actions


def compare(client, customer):
    """Against a workspace baseline of one policy that the tenant has in no form, and back again."""
    policy = {
        "displayName": "Block legacy sign-in on Linux",
        "state": "enabled",
        "conditions": {
            "clientAppTypes": ["exchangeActiveSync", "other"],
            "platforms": {"includePlatforms": ["linux"]},
            "users": {"includeUsers": ["All"]},
            "applications": {"includeApplications": ["All"]},
        },
        "grantControls": {"operator": "OR", "builtInControls": ["block"]},
    }
    files = [
        BaselineFile(path="policy.json", content=json.dumps(policy)),
        BaselineFile(path="readme.txt", content="no policy"),
    ]
    body = BaselineImportFiles(name=f"Walk {uuid.uuid4()}", files=files)
    made = expect(baseline_import_files.sync_detailed(client=client, body=body), 201)
    assert len(made.policies) == 1 and [item.path for item in made.skipped] == ["readme.txt"]
    baseline = made.baseline.id

    def choose(choice):
        expect(comparison_baseline_put.sync_detailed(customer, client=client, body=choice), 200)
        return expect(report_fetch.sync_detailed(customer, client=client), 200)

    report = choose(
        ComparisonBaselineBodyType1(
            kind=ComparisonBaselineBodyType1Kind.WORKSPACE_BASELINE, baseline_id=baseline
        )
    )
    assert against_baseline(report) and report.comparison_baseline_name == body.name
    problem(baseline_delete.sync_detailed(baseline, client=client), 409, "conflict")
    report = choose(ComparisonBaselineBodyType0(kind=ComparisonBaselineBodyType0Kind.IMPORTED_SNAPSHOT))
    assert against_baseline(report) == []
    expect(baseline_delete.sync_detailed(baseline, client=client), 204)


def edit_and_delete(client, customer, name):
    now = expect(customer_fetch.sync_detailed(customer, client=client), 200)
    body = CustomerUpdate(display_name=name)
    stale = customer_update.sync_detailed(customer, client=client, body=body, if_match='"0"')
    problem(stale, 412, "precondition_failed")
    fresh = customer_update.sync_detailed(customer, client=client, body=body, if_match=f'"{now.version}"')
    assert expect(fresh, 200).display_name == name
    expect(customer_delete.sync_detailed(customer, client=client), 204)
    problem(customer_fetch.sync_detailed(customer, client=client), 404, "not_found")


def page_through(client):
    """Two more customers, read one at a time."""
    names = [f"Paged {uuid.uuid4()}" for _ in range(2)]
    made = [
        expect(
            customer_create.sync_detailed(
                client=client, body=CustomerCreate(display_name=name, cloud=Cloud.EMULATOR)
            ),
            201,
        ).id
        for name in names
    ]
    seen, cursor = [], None
    while True:
        more = {} if cursor is None else {"cursor": cursor}
        page = expect(customer_list.sync_detailed(client=client, limit=1, search="Paged", **more), 200)
        seen += [item.display_name for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == sorted(names), seen
    for customer in made:
        expect(customer_delete.sync_detailed(customer, client=client), 204)


def main():
    with open(os.environ["POLICYTAB_DEMO_JSON"], encoding="utf-8") as file:
        demo = json.load(file)
    tenant = demo["tenants"][0]
    client = sign_in(demo)
    expect(me_fetch.sync_detailed(client=client), 200)
    name = f"Walk {uuid.uuid4()}"
    customer = add(client, name)
    connect(client, customer, tenant)
    policies = run_import(client, customer)
    assert policies > 0
    look_at_results(client, customer, policies)
    compare(client, customer)
    edit_and_delete(client, customer, name + " renamed")
    page_through(client)
    print(f"The generated client has onboarded {tenant['name']} with {policies} policies")


if __name__ == "__main__":
    main()
