"""Requests in, JSON documents out; no Flask. Shared by the command line and the web."""
