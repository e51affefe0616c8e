-- Memberships name people by id again, sorted.

ALTER TABLE snapshot_memberships NO FORCE ROW LEVEL SECURITY;
ALTER TABLE snapshot_people NO FORCE ROW LEVEL SECURITY;

CREATE FUNCTION ids_of(msp uuid, customer uuid, members integer[]) RETURNS uuid[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(p.ids[m.number % 120 + 1] ORDER BY p.ids[m.number % 120 + 1]), '{}')
    FROM (SELECT (sum(step) OVER (ORDER BY place))::integer AS number
          FROM unnest(members) WITH ORDINALITY AS u (step, place)) m
    JOIN snapshot_people p ON p.msp_id = msp AND p.customer_id = customer AND p.chunk = m.number / 120
$$;
ALTER TABLE snapshot_memberships ALTER COLUMN members TYPE uuid[] USING ids_of(msp_id, customer_id, members);
ALTER TABLE snapshot_memberships FORCE ROW LEVEL SECURITY;

DROP FUNCTION ids_of;
DROP TABLE snapshot_people;
