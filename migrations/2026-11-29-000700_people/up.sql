-- Most of what a large tenant takes is who is in which group, and a person is in many. Ids are random, nothing compresses
-- them: so each is stored once for its customer, and memberships name people by number. Numbers of members are stored in
-- rising order, each as the step from the one before, the first from 0: steps are small, and long lists of them compress.

ALTER TABLE snapshot_memberships NO FORCE ROW LEVEL SECURITY;

CREATE TABLE snapshot_people (
    msp_id      uuid NOT NULL,
    customer_id uuid NOT NULL,
    -- 0, 1, 2, …: all are full but the last.
    chunk       integer NOT NULL CHECK (chunk >= 0),
    -- A person's number is chunk * 120 + the place in here, from 0. Ids are only ever appended, so that a number means the
    -- same person for good. With 120 of them a row takes a quarter of a page, the most that is not moved out of its table: what
    -- a new person rewrites is 2 kB.
    ids         uuid[] NOT NULL CHECK (cardinality(ids) BETWEEN 1 AND 120),
    PRIMARY KEY (msp_id, customer_id, chunk),
    FOREIGN KEY (msp_id, customer_id) REFERENCES customers (msp_id, id) ON DELETE CASCADE
);

CREATE TABLE numbered AS
SELECT msp_id, customer_id, id,
    (row_number() OVER (PARTITION BY msp_id, customer_id ORDER BY id))::integer - 1 AS number
FROM (SELECT DISTINCT msp_id, customer_id, unnest(members) AS id FROM snapshot_memberships) p;
ALTER TABLE numbered ADD PRIMARY KEY (msp_id, customer_id, id);
ANALYZE numbered;

INSERT INTO snapshot_people
SELECT msp_id, customer_id, number / 120, array_agg(id ORDER BY number)
FROM numbered GROUP BY msp_id, customer_id, number / 120;

CREATE FUNCTION steps_of(msp uuid, customer uuid, members uuid[]) RETURNS integer[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(step ORDER BY place), '{}')
    FROM (SELECT row_number() OVER rising AS place, n.number - lag(n.number, 1, 0) OVER rising AS step
          FROM unnest(members) AS m (id)
          JOIN numbered n ON n.msp_id = msp AND n.customer_id = customer AND n.id = m.id
          WINDOW rising AS (ORDER BY n.number)) s
$$;
-- Writes the table anew: nothing of the ids stays behind in it.
ALTER TABLE snapshot_memberships ALTER COLUMN members TYPE integer[] USING steps_of(msp_id, customer_id, members);
ALTER TABLE snapshot_memberships FORCE ROW LEVEL SECURITY;

DROP FUNCTION steps_of;
DROP TABLE numbered;

CALL protect_tenant_table('snapshot_people', 'SELECT, INSERT, UPDATE (ids)');
