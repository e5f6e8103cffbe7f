"""A reverse proxy that applies a policy to someone else's server: the ASGI door around an app that forwards."""
