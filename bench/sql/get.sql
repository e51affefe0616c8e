\set c random(0, 199999)
\set m :c / 200
\startpipeline
BEGIN;
SELECT set_config('app.msp_id', md5('msp' || :m)::uuid::text, true);
SELECT * FROM customers WHERE id = md5('customer' || :c)::uuid AND msp_id = md5('msp' || :m)::uuid;
COMMIT;
\endpipeline
