# Creates Freehold's users on a new MySQL server; the entry point of the image sources it once.
#   freehold        the central database, and nothing else
#   freehold_admin  creates and drops the tenants' databases and users
docker_process_sql <<SQL
CREATE DATABASE freehold_central CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;
CREATE USER freehold@'%' IDENTIFIED BY '$(cat /run/secrets/mysql_central_password)';
GRANT ALL ON freehold_central.* TO freehold@'%';
CREATE USER freehold_admin@'%' IDENTIFIED BY '$(cat /run/secrets/mysql_admin_password)';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER, CREATE USER, PROCESS ON *.* TO freehold_admin@'%' WITH GRANT OPTION;
GRANT CONNECTION_ADMIN ON *.* TO freehold_admin@'%';
SQL
