"""What the sidecar knows, without a single system call: settings, states, events, failures."""
