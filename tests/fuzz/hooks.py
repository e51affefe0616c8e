"""What schemathesis must not do by itself, and why."""

import os
import re
import uuid

import schemathesis

OWN_TOKEN = os.environ["POLICYTAB_FUZZ_TOKEN_ID"]


@schemathesis.hook
def filter_case(context, case):
    """Leaves alone the token that everything is tried with: without it all would be 401."""
    own = case.operation.label == "DELETE /api/v1/api-tokens/{id}" and str(case.path_parameters.get("id")).lower() == OWN_TOKEN
    return not own


@schemathesis.hook
def before_call(context, case, kwargs):
    """Makes customers in the emulator's cloud only: connecting any other one would call Microsoft. Makes each usable
    Idempotency-Key a fresh one: drawn ones come again, and bring back the answer about a thing that is gone by then. And
    never names the workspace that is to be deleted, though it may have drawn its name: nothing would be left."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[!-~]([ -~]{0,198}[!-~])?", key):
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if case.operation.label == "DELETE /api/v1/workspace" and isinstance(case.body, dict) and case.body.get("display_name"):
        case.body["display_name"] = "not this one"
    if case.operation.label == "POST /api/v1/customers" and isinstance(case.body, dict):
        if case.body.get("cloud", "global") in ("global", "usgov", "usgov_dod", "china"):
            case.body["cloud"] = "emulator"


@schemathesis.check
def not_throttled(ctx, response, case):
    """A limit that stands in the way would leave nothing tried. Sign-ins are counted, and are meant to be."""
    if case.operation.label != "POST /api/v1/auth/login":
        assert response.status_code != 429, "the server's limits are too low to try anything"


# Refusals of well-formed requests that a schema cannot tell: (beginning of the name of a field in `errors`, pattern of
# what its message begins with).
MEANING = [
    # A position in a list is given by the list itself.
    ("cursor", "was not given by this list"),
    # A moment that must lie ahead, when it is compared with the clock.
    ("expires_at", "must be in the future"),
    ("expires_at", "at most two years ahead"),
    # Members that exclude each other.
    ("files[", "give either"),
    ("sign_in.", "give one of"),
    ("policies", "give either policies or restore"),
    # What the reader of policies finds in documents of any form.
    ("policies", "one of them is an empty object"),
    ("policies", "one of them has the member"),
    ("policies", "no Conditional Access policy was found"),
    # A snapshot without policies is no baseline.
    ("snapshot_id", "this snapshot holds no policy"),
    # Which name is the right one, and which passwords are too common.
    ("display_name", "is not the workspace's name"),
    ("password", "is too common"),
    ("password", "must not be the email"),
    # A repository: what addresses people may paste is told in words, and it has to exist.
    ("url", "GitHub knows no"),
    ("url", "must be the address of a GitHub repository"),
    ("ref", "must be the name of a branch"),
    ("ref", "the repository has no branch"),
    ("folder", "there is no JSON file in this folder"),
    ("folder", "must be a folder of the repository"),
    # Texts are counted without the spaces around them, and hold no control characters.
    ("", "must not be empty"),
    ("", "must not contain control characters"),
    ("client_secret", "must not contain blanks"),
    # Twice the same reference, in whatever spelling, or one that the comparison has no use for.
    ("bindings", '".*" is there twice'),
    ("bindings", "the baseline names no"),
    # To JSON Schema 1.0 is an integer, to the reader of JSON it is not.
    ("body", "invalid type: floating point"),
]

# Microsoft's refusal of made-up credentials.
UPSTREAM = {"graph_token_failed", "tenant_hint_invalid", "tenant_not_detected", "graph_permission_missing"}


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Keeps "valid data was rejected", except where what the data mean was the reason."""
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    try:
        problem = response.json()
    except ValueError:
        return True
    if problem.get("code") in UPSTREAM:
        return False
    errors = problem.get("errors", {})
    meant = lambda field, text: any(field.startswith(f) and re.match(t, text, re.DOTALL) for f, t in MEANING)
    return not errors or not all(meant(field, text) for field, text in errors.items())
