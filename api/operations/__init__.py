"""Operations on whole tenants that REST, the admin and the command line share."""
