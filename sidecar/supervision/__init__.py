"""The use cases: starting, stopping, restarting and watching servers, whatever they run on."""
