"""Files and JSON objects in, checked server settings out; every refusal names its key and cure."""
