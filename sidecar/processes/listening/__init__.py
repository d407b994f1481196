"""Where servers listen: ports, the sockets that are handed over, and whose a socket is."""
