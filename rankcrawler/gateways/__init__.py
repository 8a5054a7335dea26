"""The only door to the network: where the gateway is, its token, and one request at a time."""
