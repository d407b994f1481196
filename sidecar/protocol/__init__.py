"""The words of the wire: codes, topics, the shapes of params, results and notifications."""
