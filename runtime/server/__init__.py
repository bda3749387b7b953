"""The service over HTTP: on a unix socket for faces, on TCP (when asked) for metrics and health."""
