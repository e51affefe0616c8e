DROP FUNCTION login_attempt_taken_back(bytea);
