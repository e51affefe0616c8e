DROP INDEX imports_by_customer;
CREATE INDEX imports_by_customer ON imports (msp_id, customer_id, id);
