-- What a snapshot holds is stored as spans: each row tells from which snapshot of its customer on it holds, and before
-- which one it ended. A night that changed nothing costs one row of snapshots, a changed policy one more row.

ALTER TABLE snapshots NO FORCE ROW LEVEL SECURITY;
ALTER TABLE snapshot_documents NO FORCE ROW LEVEL SECURITY;

-- 1 for a customer's first snapshot, and so on.
ALTER TABLE snapshots ADD COLUMN number integer;
UPDATE snapshots s SET number = n.number
FROM (SELECT msp_id, id, row_number() OVER (PARTITION BY msp_id, customer_id ORDER BY id) AS number FROM snapshots) n
WHERE n.msp_id = s.msp_id AND n.id = s.id;
ALTER TABLE snapshots ALTER COLUMN number SET NOT NULL,
    ADD CONSTRAINT snapshots_number UNIQUE (msp_id, customer_id, number);

ALTER TABLE snapshot_documents RENAME TO snapshot_documents_each;
ALTER INDEX snapshot_documents_pkey RENAME TO snapshot_documents_each_pkey;
DROP INDEX snapshot_documents_by_body;

CREATE TABLE snapshot_documents (
    msp_id       uuid NOT NULL,
    customer_id  uuid NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('policy', 'named_location', 'authentication_strength', 'authentication_context')),
    -- Tells the order within a kind; with gaps, so that something can come in between.
    position     bigint NOT NULL,
    -- The first snapshot that has it.
    since        integer NOT NULL,
    -- The first one that has it no more; NULL: the newest has it.
    until        integer CHECK (until > since),
    object_id    text NOT NULL,
    display_name text NOT NULL,
    beta_only    boolean NOT NULL,
    sha256       bytea NOT NULL,
    PRIMARY KEY (msp_id, customer_id, kind, position, since),
    FOREIGN KEY (msp_id, customer_id) REFERENCES customers (msp_id, id) ON DELETE CASCADE,
    FOREIGN KEY (msp_id, sha256) REFERENCES documents (msp_id, sha256)
);
CREATE INDEX snapshot_documents_by_body ON snapshot_documents (msp_id, sha256);

-- Facts of one value each; one that could not be read has no row.
CREATE TABLE snapshot_facts (
    msp_id      uuid NOT NULL,
    customer_id uuid NOT NULL,
    -- skus: what was bought, without its numbers. sku_units: those, [enabled, consumed] in the order of skus, apart
    -- because they change nearly every day.
    fact        text NOT NULL CHECK (fact IN ('tenant', 'skus', 'sku_units', 'licences', 'references', 'unread')),
    since       integer NOT NULL,
    until       integer CHECK (until > since),
    body        jsonb NOT NULL,
    PRIMARY KEY (msp_id, customer_id, fact, since),
    FOREIGN KEY (msp_id, customer_id) REFERENCES customers (msp_id, id) ON DELETE CASCADE
);

-- Members of the groups and roles that policies name.
CREATE TABLE snapshot_memberships (
    msp_id      uuid NOT NULL,
    customer_id uuid NOT NULL,
    kind        text NOT NULL,
    object_id   text NOT NULL,
    since       integer NOT NULL,
    until       integer CHECK (until > since),
    members     uuid[] NOT NULL,
    head_count  bigint NOT NULL,
    complete    boolean NOT NULL,
    PRIMARY KEY (msp_id, customer_id, kind, object_id, since),
    FOREIGN KEY (msp_id, customer_id) REFERENCES customers (msp_id, id) ON DELETE CASCADE
);

-- What was there already: one span for each snapshot.
CREATE VIEW spans AS
SELECT msp_id, id, customer_id, number AS since,
    lead(number) OVER (PARTITION BY msp_id, customer_id ORDER BY number) AS until
FROM snapshots;

INSERT INTO snapshot_documents
SELECT d.msp_id, s.customer_id, d.kind, (d.position + 1)::bigint << 20, s.since, s.until, d.object_id, d.display_name,
    d.beta_only, d.sha256
FROM snapshot_documents_each d JOIN spans s ON s.msp_id = d.msp_id AND s.id = d.snapshot_id;

INSERT INTO snapshot_facts
SELECT s.msp_id, s.customer_id, f.fact, p.since, p.until, f.body
FROM snapshots s JOIN spans p ON p.msp_id = s.msp_id AND p.id = s.id
CROSS JOIN LATERAL (VALUES
    ('tenant', s.tenant),
    ('skus', (SELECT jsonb_agg(sku - 'enabled_units' - 'consumed_units' ORDER BY n)
              FROM jsonb_array_elements(s.skus) WITH ORDINALITY AS e (sku, n))),
    ('sku_units', (SELECT jsonb_agg(jsonb_build_array(sku -> 'enabled_units', sku -> 'consumed_units') ORDER BY n)
                   FROM jsonb_array_elements(s.skus) WITH ORDINALITY AS e (sku, n))),
    ('licences', s.licences),
    ('references', s.object_references),
    ('unread', s.unread)) AS f (fact, body)
WHERE f.body IS NOT NULL;
-- jsonb_agg of nothing is NULL: an empty list was read nonetheless.
INSERT INTO snapshot_facts
SELECT s.msp_id, s.customer_id, f.fact, p.since, p.until, '[]'
FROM snapshots s JOIN spans p ON p.msp_id = s.msp_id AND p.id = s.id
CROSS JOIN (VALUES ('skus'), ('sku_units')) AS f (fact)
WHERE s.skus = '[]';

INSERT INTO snapshot_memberships
SELECT DISTINCT ON (s.msp_id, s.customer_id, m ->> 'kind', m ->> 'id', p.since)
    s.msp_id, s.customer_id, m ->> 'kind', m ->> 'id', p.since, p.until,
    ARRAY(SELECT jsonb_array_elements_text(m -> 'members')::uuid), (m ->> 'head_count')::bigint, (m ->> 'complete')::boolean
FROM snapshots s JOIN spans p ON p.msp_id = s.msp_id AND p.id = s.id
CROSS JOIN LATERAL jsonb_array_elements(s.memberships) AS m;

DROP VIEW spans;
DROP TABLE snapshot_documents_each;
ALTER TABLE snapshots DROP COLUMN tenant, DROP COLUMN skus, DROP COLUMN licences, DROP COLUMN object_references,
    DROP COLUMN memberships, DROP COLUMN unread;
ALTER TABLE snapshots FORCE ROW LEVEL SECURITY;

-- A span ends once; nothing else of it is ever changed.
CALL protect_tenant_table('snapshot_documents', 'SELECT, INSERT, UPDATE (until), DELETE');
CALL protect_tenant_table('snapshot_facts', 'SELECT, INSERT, UPDATE (until)');
CALL protect_tenant_table('snapshot_memberships', 'SELECT, INSERT, UPDATE (until)');

-- Seeded from the above, position for position.
ALTER TABLE co_managed_documents ALTER COLUMN position TYPE bigint;

-- Of reports the newest is shown, and of the last ones how many findings they had: the rest need not be kept.
ALTER TABLE reports ALTER COLUMN body DROP NOT NULL;
GRANT UPDATE (body) ON reports TO policytab_runtime;
