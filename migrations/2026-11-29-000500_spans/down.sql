-- Every snapshot gets all it holds of its own again. Bodies of older reports are gone for good; those reports go.

ALTER TABLE snapshots NO FORCE ROW LEVEL SECURITY;
ALTER TABLE snapshot_documents NO FORCE ROW LEVEL SECURITY;
ALTER TABLE snapshot_facts NO FORCE ROW LEVEL SECURITY;
ALTER TABLE snapshot_memberships NO FORCE ROW LEVEL SECURITY;
ALTER TABLE reports NO FORCE ROW LEVEL SECURITY;

DELETE FROM reports WHERE body IS NULL;
ALTER TABLE reports ALTER COLUMN body SET NOT NULL;
REVOKE UPDATE (body) ON reports FROM policytab_runtime;
ALTER TABLE reports FORCE ROW LEVEL SECURITY;

ALTER TABLE snapshots
    ADD COLUMN tenant jsonb,
    ADD COLUMN skus jsonb,
    ADD COLUMN licences jsonb,
    ADD COLUMN object_references jsonb,
    ADD COLUMN memberships jsonb,
    ADD COLUMN unread jsonb;

CREATE VIEW facts AS
SELECT s.msp_id, s.id, f.fact, f.body
FROM snapshots s JOIN snapshot_facts f ON f.msp_id = s.msp_id AND f.customer_id = s.customer_id
    AND f.since <= s.number AND coalesce(f.until > s.number, true);

UPDATE snapshots s SET
    tenant = (SELECT body FROM facts f WHERE f.msp_id = s.msp_id AND f.id = s.id AND f.fact = 'tenant'),
    licences = (SELECT body FROM facts f WHERE f.msp_id = s.msp_id AND f.id = s.id AND f.fact = 'licences'),
    object_references = (SELECT body FROM facts f WHERE f.msp_id = s.msp_id AND f.id = s.id AND f.fact = 'references'),
    unread = (SELECT body FROM facts f WHERE f.msp_id = s.msp_id AND f.id = s.id AND f.fact = 'unread'),
    skus = (
        SELECT coalesce(jsonb_agg(sku || jsonb_build_object('enabled_units', u.body -> (n - 1)::integer -> 0,
                                                            'consumed_units', u.body -> (n - 1)::integer -> 1) ORDER BY n), '[]')
        FROM facts f
        JOIN facts u ON u.msp_id = f.msp_id AND u.id = f.id AND u.fact = 'sku_units'
        CROSS JOIN LATERAL jsonb_array_elements(f.body) WITH ORDINALITY AS e (sku, n)
        WHERE f.msp_id = s.msp_id AND f.id = s.id AND f.fact = 'skus'
        HAVING count(*) > 0
            OR EXISTS (SELECT FROM facts k WHERE k.msp_id = s.msp_id AND k.id = s.id AND k.fact = 'skus')),
    memberships = (
        SELECT coalesce(jsonb_agg(jsonb_build_object('kind', m.kind, 'id', m.object_id, 'members', to_jsonb(m.members),
                                                     'head_count', m.head_count, 'complete', m.complete)
                                  ORDER BY m.kind, m.object_id), '[]')
        FROM snapshot_memberships m
        WHERE m.msp_id = s.msp_id AND m.customer_id = s.customer_id
            AND m.since <= s.number AND coalesce(m.until > s.number, true));

DROP VIEW facts;

ALTER TABLE snapshots
    ALTER COLUMN tenant SET NOT NULL,
    ALTER COLUMN object_references SET NOT NULL,
    ALTER COLUMN memberships SET NOT NULL,
    ALTER COLUMN unread SET NOT NULL;

ALTER TABLE snapshot_documents RENAME TO snapshot_documents_spans;
ALTER INDEX snapshot_documents_pkey RENAME TO snapshot_documents_spans_pkey;
DROP INDEX snapshot_documents_by_body;

CREATE TABLE snapshot_documents (
    msp_id       uuid NOT NULL,
    snapshot_id  uuid NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('policy', 'named_location', 'authentication_strength', 'authentication_context')),
    position     integer NOT NULL,
    object_id    text NOT NULL,
    display_name text NOT NULL,
    beta_only    boolean NOT NULL,
    sha256       bytea NOT NULL,
    PRIMARY KEY (msp_id, snapshot_id, kind, position),
    FOREIGN KEY (msp_id, snapshot_id) REFERENCES snapshots (msp_id, id) ON DELETE CASCADE,
    FOREIGN KEY (msp_id, sha256) REFERENCES documents (msp_id, sha256)
);
CREATE INDEX snapshot_documents_by_body ON snapshot_documents (msp_id, sha256);

INSERT INTO snapshot_documents
SELECT d.msp_id, s.id, d.kind, row_number() OVER (PARTITION BY d.msp_id, s.id, d.kind ORDER BY d.position) - 1,
    d.object_id, d.display_name, d.beta_only, d.sha256
FROM snapshot_documents_spans d
JOIN snapshots s ON s.msp_id = d.msp_id AND s.customer_id = d.customer_id
    AND d.since <= s.number AND coalesce(d.until > s.number, true);

ALTER TABLE co_managed_documents NO FORCE ROW LEVEL SECURITY;
-- In two strokes: positions must not meet on their way.
UPDATE co_managed_documents SET position = -1 - position;
UPDATE co_managed_documents c SET position = n.number - 1
FROM (SELECT msp_id, customer_id, kind, position,
          row_number() OVER (PARTITION BY msp_id, customer_id, kind ORDER BY position DESC) AS number
      FROM co_managed_documents) n
WHERE (n.msp_id, n.customer_id, n.kind, n.position) = (c.msp_id, c.customer_id, c.kind, c.position);
ALTER TABLE co_managed_documents ALTER COLUMN position TYPE integer;
ALTER TABLE co_managed_documents FORCE ROW LEVEL SECURITY;

DROP TABLE snapshot_documents_spans, snapshot_facts, snapshot_memberships;
ALTER TABLE snapshots DROP COLUMN number;
ALTER TABLE snapshots FORCE ROW LEVEL SECURITY;

CALL protect_tenant_table('snapshot_documents', 'SELECT, INSERT, DELETE');
