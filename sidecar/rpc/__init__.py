"""JSON-RPC for one client: requests in, answers and notifications out, over whatever transport."""
