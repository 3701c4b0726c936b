"""The server process: HTTP protocol, connections, start, shutdown, logs and metrics."""
