"""What the integration tests share: launching the sidecar, servers for it to run, raw pipes."""
