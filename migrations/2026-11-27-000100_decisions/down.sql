DROP FUNCTION lookup_expired_acceptances();
DROP TABLE baseline_bindings, emergency_choices, finding_acceptances;
