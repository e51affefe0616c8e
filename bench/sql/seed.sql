-- 1,000 MSPs with 200 customers each. Ids can be computed from numbers, so that pgbench can name them.
INSERT INTO msps (msp_id, display_name)
SELECT md5('msp' || m)::uuid, 'MSP ' || m FROM generate_series(0, 999) m;

-- One admin each, with the MSP's own id: changes are for people who exist.
INSERT INTO users (msp_id, id, email, display_name, role)
SELECT md5('msp' || m)::uuid, md5('msp' || m)::uuid, 'bench@msp' || m || '.example', 'Bench', 'admin' FROM generate_series(0, 999) m;

INSERT INTO customers (msp_id, id, display_name, cloud, status, tenant_id, tenant_name, tenant_domain,
    policies_enabled, policies_report_only, policies_disabled,
    findings_critical, findings_high, findings_medium, findings_low, findings_info, last_snapshot_at, created_at)
SELECT md5('msp' || m)::uuid, md5('customer' || (m * 200 + c))::uuid,
    'Customer ' || lpad(((m * 7919 + c * 104729) % 100000)::text, 5, '0') || ' ' || c || ' Ltd.',
    'global', (ARRAY['pending', 'connected', 'imported', 'imported', 'imported'])[1 + (m + c) % 5],
    md5('tenant' || (m * 200 + c))::uuid, 'Tenant ' || c, 'customer' || c || '.onmicrosoft.example',
    (m + c) % 40, (m + c) % 7, c % 5, (m + c) % 3, (m * 3 + c) % 9, (m * 5 + c) % 17, (m * 7 + c) % 23, c % 11,
    timestamptz '2026-01-01' + ((m * 200 + c) % 500000) * interval '1 minute', timestamptz '2025-01-01'
FROM generate_series(0, 999) m, generate_series(0, 199) c;

VACUUM (ANALYZE) msps;
VACUUM (ANALYZE) users;
VACUUM (ANALYZE) customers;
