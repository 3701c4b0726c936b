"""Jobs: work that outlives a request, as rows of the central database that any process may take up."""
