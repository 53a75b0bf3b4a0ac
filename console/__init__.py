"""Every way in, for people and machines: command line, imports, health and the embedded server."""
