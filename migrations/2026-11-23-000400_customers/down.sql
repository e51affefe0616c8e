DROP TABLE connections, customers;
