"""What an archive has of a tenant's database: which tables, how they are read, and how they are loaded."""
