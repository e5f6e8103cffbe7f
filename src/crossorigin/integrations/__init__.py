"""One file per door: each takes a policy to the requests of one kind of server or framework."""
