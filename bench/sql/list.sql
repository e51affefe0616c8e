\set m random(0, 999)
\startpipeline
BEGIN;
SELECT set_config('app.msp_id', md5('msp' || :m)::uuid::text, true);
SELECT * FROM customers WHERE msp_id = md5('msp' || :m)::uuid ORDER BY name_key, id LIMIT 51;
COMMIT;
\endpipeline
