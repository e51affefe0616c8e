DROP TABLE api_tokens, refresh_tokens, users, msps;
