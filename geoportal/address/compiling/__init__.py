"""Compiling the gazetteer from rows of places."""
