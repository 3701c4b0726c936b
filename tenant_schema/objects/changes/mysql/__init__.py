"""Schema changes on MySQL and MariaDB, where each DDL statement commits."""
